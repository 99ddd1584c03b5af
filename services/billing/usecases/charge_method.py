"""Charge a saved method for a reserved attempt; safe to repeat until the answer is known."""

from dataclasses import replace
from datetime import datetime

import structlog

from services.billing.domain.attempt import Attempt, AttemptState, Failure, Origin
from services.billing.domain.provider import SeenAttempt
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.usecases.apply_provider_state import apply_provider_state
from services.billing.usecases.open_page import give_up, keep_in_doubt, open_page
from services.billing.usecases.ports import (
    ActionRequiredError,
    Books,
    Clock,
    DeclinedError,
    GatewayUnavailableError,
    KeyConflictError,
    OpenBooks,
    PaymentGateway,
    RejectedError,
)
from shared.crash_points import crash_point

ACTION_REQUIRED = "authentication_required"
_ASKED = "The bank wants to see the cardholder: pay this invoice in the portal"
log = structlog.get_logger()


async def charge_method(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Return the attempt as the processor's answer leaves it: paid, on its way, or failed.

    When the bank wants to see the payer, a customer who is there gets a page; a charge run's
    invoice has failed. Raises PaymentsUnavailableError when nobody knows (the attempt stays in
    doubt and is repeated with its own key), or when the processor refuses it for good.
    """
    try:
        seen = await gateway.charge_saved(attempt)
    except DeclinedError as error:
        seen = _failed(error.decline_code or error.code or "declined", error.reason, clock())
    except ActionRequiredError:
        if attempt.origin is Origin.CUSTOMER:
            return await _with_page(attempt, books=books, gateway=gateway, clock=clock)
        seen = _failed(ACTION_REQUIRED, _ASKED, clock())
    except (RejectedError, KeyConflictError) as error:
        log.warning("charge_refused", attempt_id=attempt.attempt_id, kind=type(error).__name__)
        await give_up(attempt, books=books, clock=clock)
        raise PaymentsUnavailableError from error
    except GatewayUnavailableError as error:
        await keep_in_doubt(attempt, books=books, clock=clock)
        raise PaymentsUnavailableError from error
    crash_point("billing.account-charged-not-recorded")
    return await _applied(attempt, seen, books=books, clock=clock)


async def _applied(attempt: Attempt, seen: SeenAttempt, *, books: Books, clock: Clock) -> Attempt:
    now = clock()

    async def apply(open_books: OpenBooks) -> Attempt:
        return await apply_provider_state(
            open_books,
            company_id=attempt.company_id,
            attempt_id=attempt.attempt_id,
            seen=seen,
            now=now,
        )

    return await books.write(apply)


async def _with_page(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Noted before the page is opened, so that a repeat goes on with the page as well."""

    async def note(open_books: OpenBooks) -> Attempt:
        before = await open_books.attempt(attempt.company_id, attempt.attempt_id)
        after = replace(before, page_wanted=True)
        if before != after:
            await open_books.keep_attempt(before, after)
        return after

    asked = await books.write(note)
    return await open_page(asked, books=books, gateway=gateway, clock=clock)


def _failed(code: str, reason: str, at: datetime) -> SeenAttempt:
    failure = Failure(code=code, reason=reason, at=at)
    return SeenAttempt(state=AttemptState.FAILED, amount_cents=0, failure=failure)
