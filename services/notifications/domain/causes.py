"""The name of what happened, so that the same fact told twice is one cause."""

from collections.abc import Callable
from typing import Any

from shared.contracts.billing import (
    DisputeChangedV1,
    InvoiceSendRequestedV1,
    PaymentEvent,
    PaymentFailedV1,
    PaymentProcessingV1,
    PaymentRecordedV1,
    PaymentRefundedV1,
    PaymentReturnedV1,
)
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AccountRefundChangedV1,
    AutopayChangedV1,
    ChargeRunChangedV1,
    PaymentMethodChangedV1,
    PrepaymentChangedV1,
)
from shared.contracts.event import Event
from shared.contracts.portal import (
    AgreementSignedV1,
    SignInLinkRequestedV1,
    TicketChangedV1,
    TicketReplySentV1,
)
from shared.contracts.scheduling import AgreementIssuedV1, InspectionEvent


def _autopay(event: AutopayChangedV1) -> str:
    """Of one enrolment only the beginning is news: another method charged later is not."""
    if event.enrolled and event.enrolled_at:
        return f"{event.aggregate_id}:{event.enrolled_at.isoformat()}"
    return f"{event.aggregate_id}:{event.revision}"


NAMES: tuple[tuple[type[Event], Callable[[Any], str]], ...] = (
    (PaymentRefundedV1, lambda event: f"{event.refund_id}:{event.status}"),
    (DisputeChangedV1, lambda event: f"{event.dispute_id}:{event.status}"),
    (PaymentEvent, lambda event: event.payment_id),
    (InvoiceSendRequestedV1, lambda event: event.send_id),
    (AgreementSignedV1, lambda event: f"{event.agreement_id}:{event.version}"),
    (AgreementIssuedV1, lambda event: f"{event.agreement_id}:{event.version}"),
    (AccountPaymentChangedV1, lambda event: f"{event.aggregate_id}:{event.payment.status}"),
    (AccountRefundChangedV1, lambda event: f"{event.aggregate_id}:{event.refund.status}"),
    (PrepaymentChangedV1, lambda event: event.aggregate_id),
    (PaymentMethodChangedV1, lambda event: f"{event.aggregate_id}:{event.method.removed}"),
    (AutopayChangedV1, _autopay),
    (ChargeRunChangedV1, lambda event: f"{event.aggregate_id}:{event.status}"),
    (
        TicketChangedV1,
        lambda event: f"{event.aggregate_id}:{event.ticket.last_message_at.isoformat()}",
    ),
    (TicketReplySentV1, lambda event: event.message_id),
    (SignInLinkRequestedV1, lambda event: event.request_id),
    (InspectionEvent, lambda event: f"{event.aggregate_id}:{event.revision}"),
)
"""The business id of a fact, by the first type that fits."""
OF_A_WHOLE = (PaymentRecordedV1, PaymentProcessingV1, PaymentFailedV1, PaymentReturnedV1)


def told_as_a_whole(event: Event) -> bool:
    """Whether it is one invoice's part of a payment or refund over several, which is told too."""
    if isinstance(event, PaymentRefundedV1):
        return event.account_refund_id is not None
    return isinstance(event, OF_A_WHOLE) and event.account_payment_id is not None


def cause_of(event: Event, event_id: str) -> str:
    """A business id where there is one; else the event's own id."""
    for type_, name in NAMES:
        if isinstance(event, type_):
            return f"{event.name}:{name(event)}"
    return event_id
