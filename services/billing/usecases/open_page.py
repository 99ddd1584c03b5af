"""Open the hosted page of a reserved attempt; safe to repeat until the answer is known."""

from dataclasses import replace
from datetime import datetime

import structlog

from services.billing.domain.attempt import IN_DOUBT, Attempt, AttemptState
from services.billing.domain.payment import Method
from services.billing.domain.provider import OpenPage, SeenAttempt
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.usecases.apply_provider_state import apply_provider_state
from services.billing.usecases.close_page import close_page
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayError,
    GatewayUnavailableError,
    KeyConflictError,
    OpenBooks,
    PaymentGateway,
    RejectedError,
)
from shared.crash_points import crash_point

log = structlog.get_logger()


async def open_page(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Call the processor with the attempt's own key, then keep what it answered.

    A page that asks for what was paid or changed meanwhile is closed before anybody is sent to it.
    Raises PaymentsUnavailableError: refused for good (the invoice is free again), or no answer
    (the attempt stays, its state unknown, and is asked for again with the same key).
    """
    try:
        page = await gateway.start_checkout(
            attempt,
            accepts_bank=Method.BANK in attempt.kinds,
            accepts_card=Method.CARD in attempt.kinds,
        )
    except (RejectedError, KeyConflictError) as error:
        log.warning("page_refused", attempt_id=attempt.attempt_id, kind=type(error).__name__)
        await give_up(attempt, books=books, clock=clock)
        raise PaymentsUnavailableError from error
    except GatewayUnavailableError as error:
        await keep_in_doubt(attempt, books=books, clock=clock)
        raise PaymentsUnavailableError from error
    crash_point("billing.page-open-not-saved")
    opened = await _keep_page(attempt, page, books, clock())
    if not opened.expire_wanted:
        return opened
    try:
        return await close_page(opened, books=books, gateway=gateway, clock=clock)
    except GatewayError as error:
        raise PaymentsUnavailableError from error


async def _keep_page(attempt: Attempt, page: OpenPage, books: Books, now: datetime) -> Attempt:
    async def keep(open_books: OpenBooks) -> Attempt:
        before = await open_books.attempt(attempt.company_id, attempt.attempt_id)
        after = replace(
            before.moved(AttemptState.AWAITING_PAYER),
            session_id=page.session_id,
            url=page.url,
            expires_at=page.expires_at,
            payment_intent_id=page.payment_intent_id or before.payment_intent_id,
            checks=0,
        ).checked(now)
        await open_books.keep_attempt(before, after)
        return after

    return await books.write(keep)


async def give_up(attempt: Attempt, *, books: Books, clock: Clock) -> None:
    """Nothing exists there: free the invoices."""
    gone = SeenAttempt(state=AttemptState.CANCELED, amount_cents=0)
    now = clock()

    async def apply(open_books: OpenBooks) -> None:
        await apply_provider_state(
            open_books,
            company_id=attempt.company_id,
            attempt_id=attempt.attempt_id,
            seen=gone,
            now=now,
        )

    await books.write(apply)


async def keep_in_doubt(attempt: Attempt, *, books: Books, clock: Clock) -> None:
    """Not failed: it may have acted. Nobody is asked to pay again until this is known."""
    now = clock()

    async def keep(open_books: OpenBooks) -> None:
        before = await open_books.attempt(attempt.company_id, attempt.attempt_id)
        if before.state in IN_DOUBT:
            await open_books.keep_attempt(before, before.moved(AttemptState.UNKNOWN).checked(now))

    await books.write(keep)
