"""JSON: payments received by hand, receipts, refunds."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response

from services.billing.domain.payment import Method
from services.billing.domain.refusals import PaymentNotFoundError
from services.billing.entrypoints.api_invoices import Billing, Reading, name_of
from services.billing.entrypoints.api_shapes import PaymentIn, PaymentOut, RefundIn, RefundOut
from services.billing.entrypoints.documents import receipt_pdf
from services.billing.entrypoints.once import id_from, once
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.record_manual_payment import (
    RecordManualPayment,
    record_manual_payment,
)
from services.billing.usecases.refund_payment import RefundPayment, refund_payment
from shared.idempotency import IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/billing/v1", tags=["payments"])
Refunding = Annotated[Staff | ApiClient, Depends(may(Permission.REFUND))]


@router.post(
    "/invoices/{invoice_id}/payments",
    status_code=201,
    response_model=PaymentOut,
    responses=responses(401, 403, 404, 409, 422),
)
async def record(
    invoice_id: str, wish: PaymentIn, caller: Billing, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Write down money received by hand; allowed at any time."""
    payment_id = id_from("hand", caller.company_id, key)

    async def act() -> dict[str, Any]:
        command = RecordManualPayment(
            company_id=caller.company_id,
            invoice_id=invoice_id,
            payment_id=payment_id,
            amount_cents=wish.amount_cents,
            method=Method(wish.method),
            reference=wish.reference,
            received_at=wish.received_at or parts.clock(),
            note=wish.note,
            client_note=wish.client_note,
            recorded_by=name_of(caller),
        )
        bill = await record_manual_payment(
            command, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
        invoice = bill.invoice(invoice_id)
        payment = invoice.payment(payment_id)
        if payment is None:
            raise PaymentNotFoundError
        return PaymentOut.of(invoice, payment).model_dump(mode="json")

    return await once(
        parts,
        company_id=caller.company_id,
        key=key,
        meaning=["record", invoice_id, wish.model_dump(mode="json")],
        act=act,
    )


@router.get("/payments/{payment_id}", responses=responses(401, 403, 404))
async def read_payment(payment_id: str, caller: Reading, parts: UsedParts) -> PaymentOut:
    """One payment and what is left of it."""
    bill = await parts.lists.bill_of_payment(caller.company_id, payment_id)
    invoice = bill.invoice_paid_by(payment_id)
    payment = invoice.payment(payment_id) if invoice else None
    if invoice is None or payment is None:
        raise PaymentNotFoundError
    return PaymentOut.of(invoice, payment)


@router.get(
    "/payments/{payment_id}/receipt",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def read_receipt(payment_id: str, caller: Reading, parts: UsedParts) -> Response:
    """The receipt as PDF."""
    return await receipt_pdf(parts, caller.company_id, payment_id)


@router.post(
    "/payments/{payment_id}/refunds",
    status_code=201,
    response_model=RefundOut,
    responses=responses(401, 403, 404, 409, 422),
)
async def refund(
    payment_id: str, wish: RefundIn, caller: Refunding, key: IdempotencyKey, parts: UsedParts
) -> JSONResponse:
    """Give a payment back, whole or in part, to where it came from."""

    async def act() -> dict[str, Any]:
        done = await refund_payment(
            RefundPayment(
                company_id=caller.company_id,
                payment_id=payment_id,
                amount_cents=wish.amount_cents,
                with_credit=wish.with_credit,
                reason=wish.reason,
                requested_by=name_of(caller),
                request_key=id_from("refund", caller.company_id, key),
            ),
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
        meaning=["refund", payment_id, wish.model_dump(mode="json")],
        act=act,
    )
