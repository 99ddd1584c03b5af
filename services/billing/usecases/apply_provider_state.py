"""Bring the books to what the processor says about an attempt: idempotent, forward only.

Webhook, return page, reconciler and the answer of our own call all end here, in any order. An
attempt pays one invoice or two hundred: its parts go the same way, in one write.
"""

from dataclasses import replace
from datetime import datetime

from services.billing.domain.account_told import account_payment_changed, prepayment_changed
from services.billing.domain.attempt import OVER_WITHOUT_MONEY, RANK, Attempt, AttemptState, Failure
from services.billing.domain.payment import DisputeState, Payment
from services.billing.domain.provider import SeenAttempt
from services.billing.domain.told import payer_told
from services.billing.usecases.apply_dispute import apply_dispute
from services.billing.usecases.apply_refund import apply_refund
from services.billing.usecases.book_payment import book_payment, drop_payment, hold_payment
from services.billing.usecases.follow_method import follow_method
from services.billing.usecases.keep_sheet import keep_sheets
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.ports_sheets import Desk
from shared.contracts.billing import PaymentFailedV1
from shared.contracts.event import Event

_NOT_GIVEN = "The payment did not go through"


async def apply_provider_state(
    books: OpenBooks, *, company_id: str, attempt_id: str, seen: SeenAttempt, now: datetime
) -> Attempt:
    """Write whatever of `seen` is news; a repeat, or older news, changes nothing."""
    before = await books.attempt(company_id, attempt_id)
    desk = Desk.of(before, await books.bills_of(company_id, before.invoice_ids))
    desk.attempt = _with_ids(before, seen).moved(_plain(seen.state))
    _note_failure(desk, seen, now)
    if desk.attempt.state is not before.state:
        await _advance(books, desk, seen, now)
    for refund in seen.refunds:
        await apply_refund(books, desk, seen=refund, now=now)
    for dispute in seen.disputes:
        await apply_dispute(desk, dispute)
    await follow_method(books, desk, seen=seen, now=now)
    return await keep_desk(books, desk, now=now)


async def keep_desk(books: OpenBooks, desk: Desk, *, now: datetime) -> Attempt:
    """Write the attempt and the bills it pays into, and tell what became of it."""
    sheets = list(desk.sheets.values())
    if not desk.attempt_kept:
        await keep_sheets(books, sheets, now=now, entries=desk.entries, events=desk.events)
        return desk.attempt
    attempt = _afterlife(desk).checked(now)
    attempt = replace(attempt, revision=desk.before.revision + 1)
    await books.keep_attempt(desk.before, attempt)  # first: keep_sheets may want its page closed
    news = [*desk.events, *_account_news(desk.before, attempt)]
    await keep_sheets(books, sheets, now=now, entries=desk.entries, events=news)
    return attempt


def _account_news(before: Attempt, after: Attempt) -> list[Event]:
    """What changed to the eye of the account's people; a mere look at the processor is no news."""
    as_before = replace(before, revision=after.revision)
    tellers = (account_payment_changed, prepayment_changed)
    pairs = [(tell(as_before), tell(after)) for tell in tellers]
    return [told for known, told in pairs if told is not None and told != known]


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


async def _advance(books: OpenBooks, desk: Desk, seen: SeenAttempt, now: datetime) -> None:
    if desk.attempt.state is AttemptState.PROCESSING:
        hold_payment(desk, seen)
    elif desk.attempt.state is AttemptState.SUCCEEDED:
        await book_payment(books, desk, cents=seen.amount_cents, now=now)
    elif desk.attempt.state in OVER_WITHOUT_MONEY:
        drop_payment(desk)


def _note_failure(desk: Desk, seen: SeenAttempt, now: datetime) -> None:
    """Keep every declined try in the history and tell it, once."""
    attempt, failure = desk.attempt, seen.failure
    if failure is None and attempt.state is AttemptState.FAILED and not attempt.failures:
        failure = Failure(code="payment_failed", reason=_NOT_GIVEN, at=now)
    if failure is None:
        return
    desk.attempt = attempt.failed_once(failure)
    if desk.attempt is not attempt and attempt.account_id is None:
        _tell_failure(desk, failure)


def _tell_failure(desk: Desk, failure: Failure) -> None:
    """Of an account's payment only the whole is told."""
    attempt = desk.attempt
    for part in attempt.allocations:
        told = PaymentFailedV1(
            company_id=attempt.company_id,
            payment_id=part.payment_id,
            invoice_id=part.invoice_id,
            inspection_id=part.inspection_id,
            payer=payer_told(attempt.payer),
            amount_cents=part.amount_cents,
            currency=attempt.currency,
            method=attempt.method.value,
            method_label=attempt.method_label,
            code=failure.code,
            reason=failure.reason,
        )
        desk.sheet_of(part).events.append(told)


def _afterlife(desk: Desk) -> Attempt:
    """After success the state follows what became of the money."""
    attempt = desk.attempt
    settled = [payment for _, payment in desk.parts() if payment.settled]
    refunded_cents = sum(payment.refunded_cents for payment in settled)
    if refunded_cents:
        whole = refunded_cents >= attempt.amount_cents
        state = AttemptState.REFUNDED if whole else AttemptState.PARTIALLY_REFUNDED
        attempt = attempt.moved(state)
    for payment in settled:
        attempt = _disputed(attempt, payment)
    return replace(attempt, refunded_cents=refunded_cents)


def _disputed(attempt: Attempt, payment: Payment) -> Attempt:
    for dispute in payment.disputes:
        attempt = attempt.moved(_DISPUTED[dispute.state])
        if dispute.state is DisputeState.LOST:
            attempt = replace(attempt, returned_reason=dispute.reason)
    return attempt


_DISPUTED = {
    DisputeState.NEEDS_RESPONSE: AttemptState.DISPUTED,
    DisputeState.UNDER_REVIEW: AttemptState.DISPUTED,
    DisputeState.WON: AttemptState.WON,
    DisputeState.LOST: AttemptState.LOST,
}
