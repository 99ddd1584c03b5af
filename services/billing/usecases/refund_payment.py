"""Staff give a payment back, whole or in part, with or without credit (C9)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.refund import Refund, RefundState, refuse_impossible_refund
from services.billing.domain.refusals import PaymentNotFoundError, RefundTooLargeError
from services.billing.domain.surplus import surplus_to_refund
from services.billing.usecases.apply_refund import settle_refund, tell_refund
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayUnavailableError,
    NewId,
    OpenBooks,
    PaymentGateway,
    Sheet,
)
from services.billing.usecases.send_refund import send_refund
from shared.crash_points import crash_point

_RESEND_AFTER = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPayment:
    """What staff ask for; the same `request_key` is the same refund."""

    company_id: str
    payment_id: str
    amount_cents: int
    with_credit: bool
    reason: str
    requested_by: str
    request_key: str
    surplus_only: bool = False
    """Only what was paid beyond the bill; refused when that has been given back meanwhile."""


async def refund_payment(
    command: RefundPayment,
    *,
    books: Books,
    gateway: PaymentGateway,
    clock: Clock,
    new_id: NewId,
) -> Refund:
    """Set the amount aside in one conditional write, then give it back.

    Raises PaymentNotFoundError, RefundBlockedError, RefundTooLargeError. While the processor does
    not answer the refund stays pending and is repeated.
    """
    refund_id, now = new_id(), clock()

    async def ask(open_books: OpenBooks) -> tuple[Refund, bool]:
        return await _ask(open_books, command, refund_id, now)

    refund, online = await books.write(ask)
    if not online or refund.state is not RefundState.PENDING or refund.provider_refund_id:
        return refund
    crash_point("billing.refund-reserved-not-sent")
    try:
        await send_refund(refund, books=books, gateway=gateway, clock=clock)
    except GatewayUnavailableError:
        return refund
    found = await books.write(
        lambda open_books: open_books.refund(command.company_id, refund.refund_id)
    )
    return found or refund


async def _ask(
    books: OpenBooks, command: RefundPayment, refund_id: str, now: datetime
) -> tuple[Refund, bool]:
    bill = await books.bill_paid_by(command.company_id, command.payment_id)
    invoice = bill.invoice_paid_by(command.payment_id)
    payment = invoice.payment(command.payment_id) if invoice else None
    if invoice is None or payment is None:
        raise PaymentNotFoundError
    known = await books.refund_asked_by(command.company_id, command.request_key)
    if known:
        return known, payment.online
    refuse_impossible_refund(payment, command.amount_cents, bill.booking.currency)
    if command.surplus_only and command.amount_cents > surplus_to_refund(invoice):
        raise RefundTooLargeError(surplus_to_refund(invoice), bill.booking.currency)
    refund = Refund(
        refund_id=refund_id,
        company_id=command.company_id,
        inspection_id=bill.inspection_id,
        invoice_id=invoice.invoice_id,
        payment_id=payment.payment_id,
        amount_cents=command.amount_cents,
        with_credit=command.with_credit,
        state=RefundState.PENDING,
        reason=command.reason,
        requested_by=command.requested_by,
        created_at=now,
        request_key=command.request_key,
        next_try_at=now + _RESEND_AFTER if payment.online else None,
    )
    reserved = invoice.with_payment(payment.reserved_for_refund(command.amount_cents))
    sheet = Sheet(before=bill, bill=bill.with_invoice(reserved))
    tell_refund(sheet, refund)
    if not payment.online:  # money given back by hand has been given back
        done = replace(refund, state=RefundState.SUCCEEDED)
        refund = settle_refund(sheet, before=refund, after=done)
    await books.keep_refund(refund)
    await keep_sheet(books, sheet, now=now)
    return refund, payment.online
