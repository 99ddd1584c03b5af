"""JSON: money that customers paid in advance; staff apply it or give it back (R89, R90)."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from services.billing.domain.account_told import prepayment_changed
from services.billing.entrypoints.account_parts import Before
from services.billing.entrypoints.api_accounts import Id, In, Words
from services.billing.entrypoints.api_invoices import Billing, Reading, name_of
from services.billing.entrypoints.api_payments import Refunding
from services.billing.entrypoints.api_shapes import RefundOut
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.refund_payment import RefundPayment, refund_payment
from shared.contracts import billing_accounts as contract
from shared.idempotency import IdempotencyKey
from shared.money import PositiveCents
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["accounts"])


class ApplyIn(In):
    """How much of a prepayment pays which invoice."""

    invoice_id: Id
    amount_cents: PositiveCents


class PrepaymentRefundIn(In):
    """Give back what was not applied."""

    amount_cents: PositiveCents
    reason: Words = ""


@router.get("/prepayments", responses=responses(401, 403))
async def list_prepayments(
    *,
    caller: Reading,
    parts: UsedParts,
    account_id: Annotated[str, Query(max_length=80)] = "",
    only_open: bool = False,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
    before: Before = "",
) -> list[contract.Prepayment]:
    """Newest first, behind the payment `before`; `only_open`: those of which something is left."""
    found = await parts.lists.prepayments(
        caller.company_id, account_id=account_id, only_open=only_open, before=before, limit=limit
    )
    told = [prepayment_changed(attempt) for attempt in found]
    return [event.prepayment for event in told if event]


@router.post(
    "/prepayments/{prepayment_id}/apply",
    status_code=201,
    response_model=contract.Prepayment,
    responses=responses(401, 403, 404, 409, 422),
)
async def apply(
    prepayment_id: str, wish: ApplyIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Pay an invoice of the same account with it, whole or in part."""

    async def act() -> dict[str, Any]:
        command = ApplyPrepayment(
            company_id=caller.company_id,
            prepayment_id=prepayment_id,
            invoice_id=wish.invoice_id,
            amount_cents=wish.amount_cents,
            applying_id=id_from("apply", caller.company_id, key),
            applied_by=name_of(caller),
        )
        attempt = await apply_prepayment(
            command, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
        told = prepayment_changed(attempt)
        return told.prepayment.model_dump(mode="json") if told else {}

    return await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["apply", prepayment_id, wish.model_dump(mode="json")],
        act=act,
    )


@router.post(
    "/prepayments/{prepayment_id}/refunds",
    status_code=201,
    response_model=RefundOut,
    responses=responses(401, 403, 404, 409, 422),
)
async def refund(
    prepayment_id: str,
    wish: PrepaymentRefundIn,
    caller: Refunding,
    key: IdempotencyKey,
    parts: UsedParts,
) -> JSONResponse:
    """Give back what is left of it, whole or in part."""

    async def act() -> dict[str, Any]:
        command = RefundPayment(
            company_id=caller.company_id,
            payment_id=f"{prepayment_id}-0",
            amount_cents=wish.amount_cents,
            with_credit=False,
            reason=wish.reason,
            requested_by=name_of(caller),
            request_key=id_from("refund", caller.company_id, key),
        )
        done = await refund_payment(
            command,
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
            new_id=parts.new_id,
        )
        return RefundOut.of(done).model_dump(mode="json")

    return await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["prepayment-refund", prepayment_id, wish.model_dump(mode="json")],
        act=act,
    )
