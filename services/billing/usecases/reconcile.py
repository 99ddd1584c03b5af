"""Heal what webhooks did not bring: ask the processor about everything that is due."""

import asyncio
from collections.abc import Awaitable

import structlog

from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.usecases.ports import (
    Books,
    Clock,
    GatewayError,
    OpenBooks,
    PaymentGateway,
)
from services.billing.usecases.refresh_attempt import refresh_attempt
from services.billing.usecases.send_refund import send_refund

_BATCH = 50
_AT_ONCE = 5

log = structlog.get_logger()


async def reconcile(*, books: Books, gateway: PaymentGateway, clock: Clock) -> int:
    """Look at everything that is due; return how much was looked at."""
    now = clock()
    attempts = await books.due_attempts(now, _BATCH)
    refunds = await books.due_refunds(now, _BATCH)
    asks = [_heal(attempt, books=books, gateway=gateway, clock=clock) for attempt in attempts]
    sends = [send_refund(refund, books=books, gateway=gateway, clock=clock) for refund in refunds]
    await _a_few_at_once([*asks, *sends])
    return len(attempts) + len(refunds)


async def _heal(attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock) -> None:
    """Money that only this look has found is worth a warning: a webhook was lost."""
    try:
        after = await refresh_attempt(
            attempt.company_id, attempt.attempt_id, books=books, gateway=gateway, clock=clock
        )
    except GatewayError:
        await _look_later(attempt, books=books, clock=clock)
        raise
    if after.state is not attempt.state and after.state is AttemptState.SUCCEEDED:
        log.warning("payment_healed", attempt_id=attempt.attempt_id)


async def _look_later(attempt: Attempt, *, books: Books, clock: Clock) -> None:
    """A processor that is away is asked less and less often."""

    async def keep(open_books: OpenBooks) -> None:
        known = await open_books.attempt(attempt.company_id, attempt.attempt_id)
        if known.next_check_at == attempt.next_check_at:
            await open_books.keep_attempt(known, known.checked(clock()))

    await books.write(keep)


async def _a_few_at_once(jobs: list[Awaitable[object]]) -> None:
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(job: Awaitable[object]) -> None:
        async with room:
            try:
                await job
            except GatewayError as error:
                log.warning("reconcile_later", reason=type(error).__name__)
            except Exception:  # one we cannot heal must not hold up the others
                log.exception("reconcile_failed")

    await asyncio.gather(*(one(job) for job in jobs))
