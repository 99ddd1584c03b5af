"""Ask the processor to give money back; safe to repeat with the refund's own key."""

from services.billing.domain.provider import SeenRefund
from services.billing.domain.refund import Refund, RefundState
from services.billing.usecases.apply_provider_state import keep_desk
from services.billing.usecases.apply_refund import apply_refund
from services.billing.usecases.ports import (
    Books,
    Clock,
    KeyConflictError,
    OpenBooks,
    PaymentGateway,
    RejectedError,
)
from services.billing.usecases.ports_sheets import Desk
from shared.crash_points import crash_point


async def send_refund(
    refund: Refund, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> None:
    """Send it and write the answer; a refusal for good frees the amount again.

    Raises GatewayUnavailableError: the reconciler will repeat it.
    """
    attempt = await books.write(
        lambda open_books: open_books.attempt(refund.company_id, refund.of_attempt)
    )
    try:
        seen = await gateway.refund(refund, attempt)
    except (RejectedError, KeyConflictError):
        seen = SeenRefund(
            provider_refund_id=refund.provider_refund_id or refund.refund_id,
            refund_id=refund.refund_id,
            amount_cents=refund.amount_cents,
            state=RefundState.FAILED,
        )
    crash_point("billing.refunded-not-recorded")
    now = clock()

    async def apply(open_books: OpenBooks) -> None:
        known = await open_books.attempt(refund.company_id, refund.of_attempt)
        desk = Desk.of(known, await open_books.bills_of(refund.company_id, known.invoice_ids))
        await apply_refund(open_books, desk, seen=seen, now=now)
        await keep_desk(open_books, desk, now=now)

    await books.write(apply)
