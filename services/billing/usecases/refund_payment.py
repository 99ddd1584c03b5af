"""Staff give a payment back, whole or in part, with or without credit (C9)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.billing.domain.attempt import Attempt
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Payment
from services.billing.domain.refund import Refund, RefundState, refuse_impossible_refund
from services.billing.domain.refusals import PaymentNotFoundError, RefundTooLargeError
from services.billing.domain.surplus import surplus_to_refund
from services.billing.usecases.apply_provider_state import keep_desk
from services.billing.usecases.apply_refund import settle_refund, tell_refund, tell_whole_refund
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayUnavailableError,
    NewId,
    OpenBooks,
    PaymentGateway,
)
from services.billing.usecases.ports_sheets import Desk
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
    known = await books.refund_asked_by(command.company_id, command.request_key)
    desk = await _desk(books, command)
    found = desk.part_of(command.payment_id)
    if found is None:
        raise PaymentNotFoundError
    part, payment = found
    if known:
        return known, payment.online
    if part is None:
        _refuse_applied(desk.attempt, payment, command.amount_cents)
    refuse_impossible_refund(payment, command.amount_cents, desk.attempt.currency)
    if command.surplus_only and part:
        _refuse_beyond_surplus(desk.invoice_of(part), command.amount_cents, desk.attempt.currency)
    refund = Refund(
        refund_id=refund_id,
        company_id=command.company_id,
        inspection_id=part.inspection_id if part else "",
        invoice_id=part.invoice_id if part else "",
        payment_id=payment.payment_id,
        attempt_id=payment.account_payment_id,
        amount_cents=command.amount_cents,
        with_credit=command.with_credit,
        of_surplus=command.surplus_only,
        state=RefundState.PENDING,
        reason=command.reason,
        requested_by=command.requested_by,
        created_at=now,
        request_key=command.request_key,
        next_try_at=now + _RESEND_AFTER if payment.online else None,
    )
    desk.put(part, payment.reserved_for_refund(command.amount_cents))
    tell_refund(desk, refund)
    if not payment.online:  # money given back by hand has been given back
        done = replace(refund, state=RefundState.SUCCEEDED)
        refund = settle_refund(desk, before=refund, after=done)
    tell_whole_refund(desk, [refund])
    await books.keep_refund(refund)
    await keep_desk(books, desk, now=now)
    return refund, payment.online


def _refuse_beyond_surplus(invoice: Invoice, amount_cents: int, currency: str) -> None:
    if amount_cents > surplus_to_refund(invoice):
        raise RefundTooLargeError(surplus_to_refund(invoice), currency)


def _refuse_applied(attempt: Attempt, payment: Payment, amount_cents: int) -> None:
    """Of a prepayment only what was not applied to invoices can be given back."""
    if payment.refundable_cents and amount_cents > attempt.unapplied_cents:
        raise RefundTooLargeError(attempt.unapplied_cents, attempt.currency)


async def _desk(books: OpenBooks, command: RefundPayment) -> Desk:
    """Everything the payment pays. Raises PaymentNotFoundError."""
    company_id, payment_id = command.company_id, command.payment_id
    attempt = await books.known_attempt(company_id, payment_id.removesuffix("-0"))
    if attempt is None:
        bill = await books.bill_paid_by(company_id, payment_id)
        invoice = bill.invoice_paid_by(payment_id)
        payment = invoice.payment(payment_id) if invoice else None
        if invoice is None or payment is None:
            raise PaymentNotFoundError
        attempt = await books.known_attempt(company_id, payment.attempt_id)
        if attempt is None:
            return Desk.by_hand(bill, invoice, payment)
    return Desk.of(attempt, await books.bills_of(company_id, attempt.invoice_ids))
