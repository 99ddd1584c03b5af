"""JSON: one order over several sites of an account customer."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from services.scheduling.entrypoints.account_answers import OrderOut, order_out
from services.scheduling.entrypoints.account_requests import OrderIn
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.order_inspections import OrderInspections, order_inspections
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/orders", tags=["orders"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Scheduler = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]


@router.post(
    "", status_code=201, response_model=OrderOut, responses=responses(401, 403, 404, 409, 422)
)
async def post_order(
    body: OrderIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Book one inspection per site, at most 200, all of them or none."""
    given = body.model_dump(exclude={"site_ids", "service_ids"})
    command = OrderInspections(
        company_id=caller.company_id,
        site_ids=tuple(body.site_ids),
        service_ids=tuple(body.service_ids),
        **given,
    )
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["order", body.model_dump()]),
        lambda office: order_inspections(
            command, office=office, secrets=parts.secrets, now=parts.now()
        ),
        lambda inspections: Answer(201, order_out(inspections).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.get("/{order_id}", responses=responses(401, 403, 404))
async def get_order(order_id: str, caller: Reader, parts: ServiceParts) -> OrderOut:
    """Show an order with its inspections."""
    return order_out(await parts.lookups.order(caller.company_id, order_id))
