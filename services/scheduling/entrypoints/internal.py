"""What the other services ask scheduling for: a report's bytes, a customer's own corrections."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.scheduling.entrypoints.account_answers import AccountOut, account_out
from services.scheduling.entrypoints.account_requests import CustomersValuesIn
from services.scheduling.entrypoints.api_reports import report_answer
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.fill_in_custom_fields import (
    FillInCustomFields,
    fill_in_custom_fields,
)
from shared.identity import ServiceCaller, service_call
from shared.problem_answers import responses

router = APIRouter(prefix="/internal/v1", tags=["internal"])


@router.get(
    "/inspections/{inspection_id}/reports/{report_id}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def get_report(
    inspection_id: str,
    report_id: str,
    company_id: Annotated[str, Query(min_length=1, max_length=64)],
    parts: ServiceParts,
    _caller: Annotated[ServiceCaller, Depends(service_call("portal"))],
) -> StreamingResponse:
    """Stream one file; the portal has checked the gate."""
    return await report_answer(parts, company_id, inspection_id, report_id)


@router.post("/accounts/{account_id}/custom-fields", responses=responses(401, 403, 404, 422))
async def post_custom_fields(
    account_id: str,
    body: CustomersValuesIn,
    parts: ServiceParts,
    _caller: Annotated[ServiceCaller, Depends(service_call("portal"))],
) -> AccountOut:
    """Keep what a customer entered (R81); the portal says which fields he may change."""
    command = FillInCustomFields(
        company_id=body.company_id,
        account_id=account_id,
        values=body.values,
        contact_id=body.contact_id,
        allowed=frozenset(body.field_ids_allowed),
    )
    account = await fill_in_custom_fields(command, office=parts.office)
    return account_out(account, await parts.lookups.company(body.company_id))
