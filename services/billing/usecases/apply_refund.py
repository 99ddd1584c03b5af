"""A refund moved: give the money back in the books, or take the giving back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.billing.domain.account_told import account_refund_changed
from services.billing.domain.ledger import Moved
from services.billing.domain.payment import Payment
from services.billing.domain.provider import SeenRefund
from services.billing.domain.refund import Refund, RefundState, credit_for
from services.billing.domain.told import payment_told
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.ports_sheets import Desk, Part
from shared.contracts.billing import PaymentRefundedV1


async def apply_refund(books: OpenBooks, desk: Desk, *, seen: SeenRefund, now: datetime) -> None:
    """Bring our refund to what the processor says; one made in its dashboard is taken up."""
    known = await _known(books, desk.attempt.company_id, seen)
    before = known or _taken_up(desk, seen, now)
    after = [_moved(desk, refund, seen) for refund in before]
    for refund in after:
        await books.keep_refund(refund)
    if not known or [refund.state for refund in after] != [refund.state for refund in before]:
        tell_whole_refund(desk, after)


def settle_refund(desk: Desk, *, before: Refund, after: Refund) -> Refund:
    """Write what the move from `before` to `after` means for invoice and ledger."""
    found = desk.part_of(after.payment_id)
    if found is None:
        return after
    part, payment = found
    if after.state is RefundState.SUCCEEDED:
        after = _given(desk, part, payment, after)
    elif before.state is RefundState.SUCCEEDED:
        after = _bounced(desk, part, payment, after)
    else:
        changed = payment.refund_finished(after.amount_cents, reserved=after.reserved, given=False)
        desk.put(part, changed)
    tell_refund(desk, after)
    return after


def tell_whole_refund(desk: Desk, refunds: Sequence[Refund]) -> None:
    """Announce all parts of a refund of an account's payment together: it is one movement."""
    chosen = len(list(desk.parts())) > 1
    told = account_refund_changed(desk.attempt, refunds, chosen=chosen)
    if told:
        desk.events.append(told)


def tell_refund(desk: Desk, refund: Refund) -> None:
    """Announce what one invoice lost by a refund; of a prepayment only the whole is told."""
    part, payment = desk.part_of(refund.payment_id) or (None, None)
    if part is None or payment is None:
        return
    sheet = desk.sheet_of(part)
    fields = payment_told(sheet.bill, sheet.bill.invoice(part.invoice_id), payment) | {
        "amount_cents": refund.amount_cents,
        "refund_id": refund.refund_id,
        "status": refund.state.value,
        "with_credit": refund.with_credit,
        "reason": refund.reason,
        "account_refund_id": refund.whole_id if payment.account_payment_id else None,
    }
    sheet.events.append(PaymentRefundedV1.model_validate(fields))


def _moved(desk: Desk, refund: Refund, seen: SeenRefund) -> Refund:
    moved = refund.moved(seen.state)
    moved = replace(moved, provider_refund_id=seen.provider_refund_id, next_try_at=None)
    if moved.state is refund.state:
        return moved
    return settle_refund(desk, before=refund, after=moved)


def _given(desk: Desk, part: Part, payment: Payment, refund: Refund) -> Refund:
    cents = refund.amount_cents
    credit_cents = 0
    if part:
        invoice = desk.sheet_of(part).bill.invoice(part.invoice_id)
        credit_cents = credit_for(refund, surplus_cents=invoice.surplus_cents)
    changed = payment.refund_finished(cents, reserved=refund.reserved, given=True)
    _put(desk, part, changed, credit_cents)
    moved = Moved(owed=desk.owed(part), before=payment, after=changed, cents=cents)
    desk.work_of(part).entries.append(desk.book.refunded(refund.refund_id, moved))
    return replace(refund, credited_cents=credit_cents, reserved=False)


def _bounced(desk: Desk, part: Part, payment: Payment, refund: Refund) -> Refund:
    back = payment.refund_taken_back(refund.amount_cents)
    _put(desk, part, back, -refund.credited_cents)
    moved = Moved(owed=desk.owed(part), before=payment, after=back, cents=refund.amount_cents)
    desk.work_of(part).entries.append(desk.book.refund_bounced(refund.refund_id, moved))
    return replace(refund, credited_cents=0)


def _put(desk: Desk, part: Part, payment: Payment, credit_cents: int) -> None:
    """The payment's next state, and the invoice with so much more credit, in one step."""
    if part:
        sheet = desk.sheet_of(part)
        invoice = sheet.bill.invoice(part.invoice_id)
        credit = max(0, invoice.credit_cents + credit_cents)
        changed = replace(invoice, credit_cents=credit).with_payment(payment)
        sheet.bill = sheet.bill.with_invoice(changed)
    else:
        desk.put(part, payment)


async def _known(books: OpenBooks, company_id: str, seen: SeenRefund) -> list[Refund]:
    if seen.refund_id:
        found = await books.refund(company_id, seen.refund_id)
        if found:
            return [found]
    return await books.refunds_seen_as(company_id, seen.provider_refund_id)


def _taken_up(desk: Desk, seen: SeenRefund, now: datetime) -> list[Refund]:
    """A refund somebody made in the processor's dashboard (scenario 36).

    Of a payment over several invoices it is taken from what is prepaid, then from the newest
    invoice back, as far as each can give; nobody there says which one was meant.
    """
    rest, refunds = seen.amount_cents, []
    parts = list(desk.parts())[::-1]
    for part, payment in parts:
        last = payment is parts[-1][1]
        most = payment.refundable_cents if part else desk.attempt.unapplied_cents
        cents = rest if last else min(rest, most)
        if cents <= 0:
            continue
        rest -= cents
        refund = _from_dashboard(desk, (part, payment), seen=seen, cents=cents, now=now)
        desk.put(part, payment.reserved_for_refund(cents))
        tell_refund(desk, refund)
        refunds.append(refund)
    return refunds


def _from_dashboard(
    desk: Desk, found: tuple[Part, Payment], *, seen: SeenRefund, cents: int, now: datetime
) -> Refund:
    part, payment = found
    over_many = payment.account_payment_id is not None
    suffix = f".{payment.payment_id.rpartition('-')[2]}" if over_many else ""
    return Refund(
        refund_id=f"{seen.provider_refund_id}{suffix}",
        company_id=desk.attempt.company_id,
        inspection_id=part.inspection_id if part else "",
        invoice_id=part.invoice_id if part else "",
        payment_id=payment.payment_id,
        attempt_id=payment.account_payment_id,
        amount_cents=cents,
        with_credit=False,
        state=RefundState.PENDING,
        reason="Refunded in Stripe",
        requested_by=None,
        created_at=now,
        provider_refund_id=seen.provider_refund_id,
    )
