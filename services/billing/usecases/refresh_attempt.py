"""Ask the processor how an attempt stands, and bring the books to it."""

from datetime import datetime

from services.billing.domain.attempt import IN_DOUBT, Attempt
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.usecases.apply_provider_state import apply_provider_state
from services.billing.usecases.charge_method import charge_method
from services.billing.usecases.close_page import close_page
from services.billing.usecases.open_page import open_page
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway
from shared.crash_points import crash_point


async def refresh_attempt(
    company_id: str, attempt_id: str, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Return the attempt as it now is; one in doubt is asked for again with its own key.

    Raises AttemptNotFoundError, PaymentsUnavailableError, GatewayError.
    """
    attempt = await books.write(lambda open_books: open_books.attempt(company_id, attempt_id))
    if attempt.state in IN_DOUBT and attempt.session_id is None:
        attempt = await _found_out(attempt, books=books, gateway=gateway, clock=clock)
        if attempt.session_id is None:
            return attempt
    if attempt.live and attempt.expire_wanted:
        return await close_page(attempt, books=books, gateway=gateway, clock=clock)
    seen = await gateway.attempt_state(attempt)
    if seen is None:
        return attempt
    crash_point("billing.seen-not-applied")
    now: datetime = clock()

    async def apply(open_books: OpenBooks) -> Attempt:
        return await apply_provider_state(
            open_books, company_id=company_id, attempt_id=attempt_id, seen=seen, now=now
        )

    return await books.write(apply)


async def _found_out(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """The same key gives the same page or charge, whether or not the first call got through."""
    try:
        if attempt.without_page:
            return await charge_method(attempt, books=books, gateway=gateway, clock=clock)
        return await open_page(attempt, books=books, gateway=gateway, clock=clock)
    except PaymentsUnavailableError:
        return await books.write(
            lambda open_books: open_books.attempt(attempt.company_id, attempt.attempt_id)
        )
