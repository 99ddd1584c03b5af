"""Close an attempt's page: the invoice changed, was paid otherwise, or another try begins."""

from services.billing.domain.attempt import Attempt
from services.billing.usecases.apply_provider_state import apply_provider_state
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway


async def close_page(
    attempt: Attempt, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Attempt:
    """Apply what became of it: closed, or paid in the last moment. Raises GatewayError."""
    seen = await gateway.expire_checkout(attempt)
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
