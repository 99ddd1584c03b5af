"""A refund moved: give the money back in the books, or take the giving back."""

from dataclasses import replace
from datetime import datetime

from services.billing.domain.attempt import Attempt
from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import Moved
from services.billing.domain.payment import Payment
from services.billing.domain.provider import SeenRefund
from services.billing.domain.refund import Refund, RefundState, credit_for
from services.billing.domain.told import payment_told
from services.billing.usecases.ports import OpenBooks, Sheet
from shared.contracts.billing import PaymentRefundedV1


async def apply_refund(
    books: OpenBooks, sheet: Sheet, *, attempt: Attempt, seen: SeenRefund, now: datetime
) -> None:
    """Bring our refund to what the processor says; one made in its dashboard is taken up."""
    refund = await _known(books, attempt.company_id, seen)
    if refund is None:
        refund = _taken_up(sheet, attempt, seen, now)
    moved = refund.moved(seen.state)
    moved = replace(moved, provider_refund_id=seen.provider_refund_id, next_try_at=None)
    if moved.state is not refund.state:
        moved = settle_refund(sheet, before=refund, after=moved)
    await books.keep_refund(moved)


def settle_refund(sheet: Sheet, *, before: Refund, after: Refund) -> Refund:
    """Write what the move from `before` to `after` means for invoice and ledger."""
    invoice = sheet.bill.invoice(after.invoice_id)
    payment = invoice.payment(after.payment_id)
    if payment is None:
        return after
    if after.state is RefundState.SUCCEEDED:
        after = _given(sheet, invoice, payment, after)
    elif before.state is RefundState.SUCCEEDED:
        after = _bounced(sheet, invoice, payment, after)
    else:
        changed = payment.refund_finished(after.amount_cents, reserved=after.reserved, given=False)
        sheet.bill = sheet.bill.with_invoice(invoice.with_payment(changed))
    tell_refund(sheet, after)
    return after


def tell_refund(sheet: Sheet, refund: Refund) -> None:
    """Announce the refund as it now is."""
    invoice = sheet.bill.invoice(refund.invoice_id)
    payment = invoice.payment(refund.payment_id)
    if payment is None:
        return
    fields = payment_told(sheet.bill, invoice, payment) | {
        "amount_cents": refund.amount_cents,
        "refund_id": refund.refund_id,
        "status": refund.state.value,
        "with_credit": refund.with_credit,
        "reason": refund.reason,
    }
    sheet.events.append(PaymentRefundedV1.model_validate(fields))


def _given(sheet: Sheet, invoice: Invoice, payment: Payment, refund: Refund) -> Refund:
    cents = refund.amount_cents
    credit_cents = 0
    if refund.with_credit:
        credit_cents = credit_for(amount_cents=cents, surplus_cents=invoice.surplus_cents)
    changed = payment.refund_finished(cents, reserved=refund.reserved, given=True)
    credited = replace(invoice, credit_cents=invoice.credit_cents + credit_cents)
    sheet.bill = sheet.bill.with_invoice(credited.with_payment(changed))
    moved = Moved(invoice_id=invoice.invoice_id, before=payment, after=changed, cents=cents)
    sheet.entries.append(sheet.book.refunded(refund.refund_id, moved))
    return replace(refund, credited_cents=credit_cents, reserved=False)


def _bounced(sheet: Sheet, invoice: Invoice, payment: Payment, refund: Refund) -> Refund:
    cents = refund.amount_cents
    credit_cents = max(0, invoice.credit_cents - refund.credited_cents)
    back = payment.refund_taken_back(cents)
    changed = replace(invoice, credit_cents=credit_cents)
    sheet.bill = sheet.bill.with_invoice(changed.with_payment(back))
    moved = Moved(invoice_id=invoice.invoice_id, before=payment, after=back, cents=cents)
    sheet.entries.append(sheet.book.refund_bounced(refund.refund_id, moved))
    return replace(refund, credited_cents=0)


async def _known(books: OpenBooks, company_id: str, seen: SeenRefund) -> Refund | None:
    if seen.refund_id:
        found = await books.refund(company_id, seen.refund_id)
        if found:
            return found
    return await books.refund_seen_as(company_id, seen.provider_refund_id)


def _taken_up(sheet: Sheet, attempt: Attempt, seen: SeenRefund, now: datetime) -> Refund:
    """A refund somebody made in the processor's dashboard (scenario 36)."""
    refund = Refund(
        refund_id=seen.provider_refund_id,
        company_id=attempt.company_id,
        inspection_id=attempt.inspection_id,
        invoice_id=attempt.invoice_id,
        payment_id=attempt.attempt_id,
        amount_cents=seen.amount_cents,
        with_credit=False,
        state=RefundState.PENDING,
        reason="Refunded in Stripe",
        requested_by=None,
        created_at=now,
        provider_refund_id=seen.provider_refund_id,
    )
    invoice = sheet.bill.invoice(refund.invoice_id)
    payment = invoice.payment(refund.payment_id)
    if payment:
        reserved = payment.reserved_for_refund(refund.amount_cents)
        sheet.bill = sheet.bill.with_invoice(invoice.with_payment(reserved))
        tell_refund(sheet, refund)
    return refund
