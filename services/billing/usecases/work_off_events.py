"""Work off stored provider events: each is only a hint that an attempt should be looked at."""

from datetime import timedelta

import structlog

from services.billing.domain.attempt import Attempt
from services.billing.domain.provider import Hint
from services.billing.usecases.ports import (
    Books,
    Clock,
    EventInbox,
    GatewayError,
    PaymentGateway,
    StoredEvent,
)
from services.billing.usecases.refresh_account import refresh_account
from services.billing.usecases.refresh_attempt import refresh_attempt
from services.billing.usecases.refresh_method import refresh_method
from services.billing.usecases.refresh_setup import refresh_setup

log = structlog.get_logger()
ATTEMPT_KINDS = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "payment_intent.payment_failed",
        "payment_intent.canceled",
        "payment_intent.requires_action",
        "charge.refunded",
        "charge.refund.updated",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    }
)
METHOD_KINDS = frozenset(
    {
        "payment_method.automatically_updated",
        "payment_method.updated",
        "payment_method.detached",
    }
)
LISTENED_KINDS = ATTEMPT_KINDS | METHOD_KINDS | {"account.updated"}
_BATCH = 50
_TRIES_FOR_UNKNOWN = 5
"""A webhook may be faster than our own write; after this many tries nobody here knows it."""


async def work_off_events(
    *, books: Books, inbox: EventInbox, gateway: PaymentGateway, clock: Clock, own_accounts: bool
) -> int:
    """Apply what waits; return how many were looked at."""
    events = await inbox.waiting(clock(), _BATCH)
    for event in events:
        try:
            outcome = await _outcome(
                event, books=books, gateway=gateway, clock=clock, own_accounts=own_accounts
            )
        except Exception:  # one event we cannot apply must not hold up the others
            log.exception("provider_event_failed", event_id=event.event_id, kind=event.hint.kind)
            outcome = None
        if outcome is None:
            wait = timedelta(seconds=min(2 ** (event.tries + 1), 600))
            await inbox.later(event.event_id, clock() + wait, "not yet")
        else:
            await inbox.done(event.event_id, outcome)
    return len(events)


async def _outcome(
    event: StoredEvent, *, books: Books, gateway: PaymentGateway, clock: Clock, own_accounts: bool
) -> str | None:
    """`applied`, `ignored`, `quarantined`, or None: try again later."""
    hint = event.hint
    try:
        if hint.kind == "account.updated":
            await refresh_account(
                hint.account, books=books, gateway=gateway, own_accounts=own_accounts
            )
            return "applied"
        if hint.kind in METHOD_KINDS:
            return await _method_moved(hint, books=books, gateway=gateway, clock=clock)
        if hint.kind in ATTEMPT_KINDS:
            return await _attempt_moved(event, books=books, gateway=gateway, clock=clock)
    except GatewayError:
        return None
    return "ignored"


async def _attempt_moved(
    event: StoredEvent, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> str | None:
    """A payment, or the page on which a method is saved."""
    hint = event.hint
    setup = await books.setup_behind(hint.attempt_id) if hint.attempt_id else None
    if setup:
        await refresh_setup(setup, books=books, gateway=gateway, clock=clock)
        return "applied"
    attempt = await books.attempt_behind(hint)
    if attempt is None:
        return "ignored" if event.tries >= _TRIES_FOR_UNKNOWN else None
    if not _same_account(hint, attempt):
        return "quarantined"
    await refresh_attempt(
        attempt.company_id, attempt.attempt_id, books=books, gateway=gateway, clock=clock
    )
    return "applied"


async def _method_moved(hint: Hint, *, books: Books, gateway: PaymentGateway, clock: Clock) -> str:
    """The card network renewed a card, or a method was taken away in the dashboard."""
    method = await books.method_behind(hint.method_id or "")
    if method is None:
        return "ignored"
    if method.on != hint.account:
        return "quarantined"
    await refresh_method(method, books=books, gateway=gateway, clock=clock)
    return "applied"


def _same_account(hint: Hint, attempt: Attempt) -> bool:
    """An event of one company's account may not touch another company's attempt."""
    return hint.account == attempt.account
