"""What each payment event adds to or takes from what was collected."""

from datetime import datetime

from shared.contracts.billing import PaymentRecordedV1, PaymentRefundedV1, PaymentReturnedV1
from shared.contracts.event import Event


def moved_cents(event: Event) -> int | None:
    """Cents that came in (positive) or left again; None when no money moved."""
    match event:
        case PaymentRecordedV1():
            return event.amount_cents
        case PaymentReturnedV1():
            return -event.amount_cents
        case PaymentRefundedV1(status="succeeded"):
            return -event.amount_cents
        case _:
            return None


def moment_of(event: Event, told_at: datetime) -> datetime:
    """When it moved: the payment's own time, else when we were told."""
    return event.paid_at if isinstance(event, PaymentRecordedV1) else told_at
