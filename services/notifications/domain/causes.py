"""The name of what happened, so that the same fact told twice is one cause."""

from shared.contracts.billing import (
    DisputeChangedV1,
    InvoiceSendRequestedV1,
    PaymentEvent,
    PaymentRefundedV1,
)
from shared.contracts.event import Event
from shared.contracts.scheduling import AgreementIssuedV1, InspectionEvent


def cause_of(event: Event, event_id: str) -> str:
    """A business id where there is one; else the event's own id."""
    match event:
        case PaymentRefundedV1():
            return f"{event.name}:{event.refund_id}:{event.status}"
        case DisputeChangedV1():
            return f"{event.name}:{event.dispute_id}:{event.status}"
        case PaymentEvent():
            return f"{event.name}:{event.payment_id}"
        case InvoiceSendRequestedV1():
            return f"{event.name}:{event.send_id}"
        case InspectionEvent() | AgreementIssuedV1():
            return f"{event.name}:{event.aggregate_id}:{event.revision}"
        case _:
            return event_id
