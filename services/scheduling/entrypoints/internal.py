"""What the other services ask scheduling for: the bytes of a report."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse

from services.scheduling.entrypoints.api_reports import report_answer
from services.scheduling.entrypoints.parts import ServiceParts
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
