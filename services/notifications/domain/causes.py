"""The name of what happened, so that the same fact told twice is one cause."""

from collections.abc import Callable
from typing import Any

from shared.contracts.billing import (
    DisputeChangedV1,
    InvoiceSendRequestedV1,
    PaymentEvent,
    PaymentRefundedV1,
)
from shared.contracts.event import Event
from shared.contracts.portal import AgreementSignedV1
from shared.contracts.scheduling import AgreementIssuedV1, InspectionEvent

NAMES: tuple[tuple[type[Event], Callable[[Any], str]], ...] = (
    (PaymentRefundedV1, lambda event: f"{event.refund_id}:{event.status}"),
    (DisputeChangedV1, lambda event: f"{event.dispute_id}:{event.status}"),
    (PaymentEvent, lambda event: event.payment_id),
    (InvoiceSendRequestedV1, lambda event: event.send_id),
    (AgreementSignedV1, lambda event: f"{event.agreement_id}:{event.version}"),
    (AgreementIssuedV1, lambda event: f"{event.agreement_id}:{event.version}"),
    (InspectionEvent, lambda event: f"{event.aggregate_id}:{event.revision}"),
)
"""The business id of a fact, by the first type that fits."""


def cause_of(event: Event, event_id: str) -> str:
    """A business id where there is one; else the event's own id."""
    for type_, name in NAMES:
        if isinstance(event, type_):
            return f"{event.name}:{name(event)}"
    return event_id
