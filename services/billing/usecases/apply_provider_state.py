"""Bring the books to what the processor says about an attempt: idempotent, forward only.

Webhook, return page, reconciler and the answer of our own call all end here, in any order.
"""

from dataclasses import replace
from datetime import datetime

from services.billing.domain.attempt import OVER_WITHOUT_MONEY, RANK, Attempt, AttemptState, Failure
from services.billing.domain.payment import DisputeState, Payment
from services.billing.domain.provider import SeenAttempt
from services.billing.domain.told import payer_told, payment_told
from services.billing.usecases.apply_dispute import apply_dispute
from services.billing.usecases.apply_refund import apply_refund
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import OpenBooks, Sheet
from shared.contracts.billing import PaymentFailedV1, PaymentProcessingV1, PaymentRecordedV1

_NOT_GIVEN = "The payment did not go through"


async def apply_provider_state(
    books: OpenBooks, *, company_id: str, attempt_id: str, seen: SeenAttempt, now: datetime
) -> Attempt:
    """Write whatever of `seen` is news; a repeat, or older news, changes nothing."""
    before = await books.attempt(company_id, attempt_id)
    sheet = Sheet.of(await books.bill_of(company_id, before.invoice_id))
    attempt = _with_ids(before, seen).moved(_plain(seen.state))
    attempt = _note_failure(sheet, attempt, seen, now)
    if attempt.state is not before.state:
        await _advance(books, sheet, attempt, seen, now)
    for refund in seen.refunds:
        await apply_refund(books, sheet, attempt=attempt, seen=refund, now=now)
    for dispute in seen.disputes:
        await apply_dispute(
            sheet, invoice_id=attempt.invoice_id, payment_id=attempt_id, seen=dispute
        )
    attempt = _afterlife(sheet, attempt).checked(now)
    await books.keep_attempt(before, attempt)  # first: keep_sheet may want its page closed
    await keep_sheet(books, sheet, now=now)
    return attempt


def _plain(state: AttemptState) -> AttemptState:
    """What follows after success is derived from the payment's refunds and disputes."""
    return AttemptState.SUCCEEDED if RANK[state] > RANK[AttemptState.SUCCEEDED] else state


def _with_ids(attempt: Attempt, seen: SeenAttempt) -> Attempt:
    return replace(
        attempt,
        session_id=attempt.session_id or seen.session_id,
        payment_intent_id=seen.payment_intent_id or attempt.payment_intent_id,
        method=seen.method if seen.method_label else attempt.method,
        method_label=seen.method_label or attempt.method_label,
    )


async def _advance(
    books: OpenBooks, sheet: Sheet, attempt: Attempt, seen: SeenAttempt, now: datetime
) -> None:
    if attempt.state is AttemptState.PROCESSING:
        _hold(sheet, attempt, seen)
    elif attempt.state is AttemptState.SUCCEEDED:
        await _record(books, sheet, attempt, seen, now)
    elif attempt.state in OVER_WITHOUT_MONEY:
        _drop(sheet, attempt)


def _payment(attempt: Attempt, seen: SeenAttempt, *, settled: bool) -> Payment:
    return Payment(
        payment_id=attempt.attempt_id,
        amount_cents=seen.amount_cents,
        method=attempt.method,
        method_label=attempt.method_label,
        settled=settled,
        online=True,
    )


def _hold(sheet: Sheet, attempt: Attempt, seen: SeenAttempt) -> None:
    """A bank payment is on its way: neither due nor paid (C23)."""
    payment = _payment(attempt, seen, settled=False)
    invoice = sheet.bill.invoice(attempt.invoice_id)
    invoice = invoice.released_from(attempt.attempt_id).with_payment(payment)
    sheet.bill = sheet.bill.with_invoice(invoice)
    sheet.entries.append(sheet.book.held(payment, invoice.invoice_id))
    fields = payment_told(sheet.bill, invoice, payment) | {"expected_on": seen.expected_on}
    sheet.events.append(PaymentProcessingV1.model_validate(fields))


async def _record(
    books: OpenBooks, sheet: Sheet, attempt: Attempt, seen: SeenAttempt, now: datetime
) -> None:
    """The money is ours: whatever the provider really took, even if less or more was due."""
    invoice = sheet.bill.invoice(attempt.invoice_id)
    held = invoice.payment(attempt.attempt_id)
    if held:
        sheet.entries.append(sheet.book.hold_ended(held, invoice.invoice_id))
    number = await books.next_number(attempt.company_id, "receipt")
    payment = replace(
        _payment(attempt, seen, settled=True), receipt_number=receipt_number(number), paid_at=now
    )
    invoice = invoice.released_from(attempt.attempt_id).with_payment(payment)
    sheet.bill = sheet.bill.with_invoice(invoice)
    sheet.entries.append(sheet.book.paid(payment, invoice.invoice_id))
    tell_recorded(sheet, invoice_id=invoice.invoice_id, payment=payment)


def receipt_number(number: int) -> str:
    """`R-01007` for the seventh: gap-free in a company."""
    return f"R-{1000 + number:05d}"


def tell_recorded(sheet: Sheet, *, invoice_id: str, payment: Payment) -> None:
    """Announce money that came."""
    invoice = sheet.bill.invoice(invoice_id)
    fields = payment_told(sheet.bill, invoice, payment) | {
        "receipt_number": payment.receipt_number,
        "paid_at": payment.paid_at,
        "invoice_balance_cents": invoice.balance_cents,
        "recorded_by": payment.recorded_by,
    }
    sheet.events.append(PaymentRecordedV1.model_validate(fields))


def _drop(sheet: Sheet, attempt: Attempt) -> None:
    """Nothing was taken: the invoice can be paid again."""
    invoice = sheet.bill.invoice(attempt.invoice_id)
    held = invoice.payment(attempt.attempt_id)
    if held and not held.settled:
        sheet.entries.append(sheet.book.hold_ended(held, invoice.invoice_id))
        invoice = invoice.without_payment(attempt.attempt_id)
    sheet.bill = sheet.bill.with_invoice(invoice.released_from(attempt.attempt_id))


def _note_failure(sheet: Sheet, attempt: Attempt, seen: SeenAttempt, now: datetime) -> Attempt:
    """Keep every declined try in the history and tell it, once."""
    failure = seen.failure
    if failure is None and attempt.state is AttemptState.FAILED and not attempt.failures:
        failure = Failure(code="payment_failed", reason=_NOT_GIVEN, at=now)
    if failure is None:
        return attempt
    noted = attempt.failed_once(failure)
    if noted is not attempt:
        told = PaymentFailedV1(
            company_id=attempt.company_id,
            payment_id=attempt.attempt_id,
            invoice_id=attempt.invoice_id,
            inspection_id=attempt.inspection_id,
            payer=payer_told(attempt.payer),
            amount_cents=attempt.amount_cents,
            currency=attempt.currency,
            method=attempt.method.value,
            method_label=attempt.method_label,
            code=failure.code,
            reason=failure.reason,
        )
        sheet.events.append(told)
    return noted


def _afterlife(sheet: Sheet, attempt: Attempt) -> Attempt:
    """After success the state follows what became of the money."""
    payment = sheet.bill.invoice(attempt.invoice_id).payment(attempt.attempt_id)
    if payment is None or not payment.settled:
        return attempt
    if payment.refunded_cents:
        whole = payment.refunded_cents >= payment.amount_cents
        state = AttemptState.REFUNDED if whole else AttemptState.PARTIALLY_REFUNDED
        attempt = attempt.moved(state)
    for dispute in payment.disputes:
        attempt = attempt.moved(_DISPUTED[dispute.state])
    return attempt


_DISPUTED = {
    DisputeState.NEEDS_RESPONSE: AttemptState.DISPUTED,
    DisputeState.UNDER_REVIEW: AttemptState.DISPUTED,
    DisputeState.WON: AttemptState.WON,
    DisputeState.LOST: AttemptState.LOST,
}
