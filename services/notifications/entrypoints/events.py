"""Everything this service listens to; one use case takes it all in."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from services.notifications.usecases.notice_event import notice_event
from services.notifications.usecases.ports import Desk
from shared.contracts import (
    billing,
    billing_accounts,
    notifications,
    portal,
    scheduling,
    scheduling_accounts,
    scheduling_standing,
)
from shared.contracts.event import Event
from shared.messaging.subscription import Delivery, Subscription, one_by_one
from shared.mongo import Session

LISTENS_TO: tuple[type[Event], ...] = (
    scheduling.CompanyChangedV1,
    scheduling.StaffMemberChangedV1,
    scheduling.ContactChangedV1,
    scheduling.InspectionScheduledV1,
    scheduling.InspectionRescheduledV1,
    scheduling.InspectionServicesChangedV1,
    scheduling.InspectionPeopleChangedV1,
    scheduling.InspectionPublishedV1,
    scheduling.InspectionCancelledV1,
    scheduling.InspectionPolicyChangedV1,
    scheduling.AgreementIssuedV1,
    scheduling_standing.InspectionStandingChangedV1,
    billing.InvoiceChangedV1,
    billing.InspectionBalanceChangedV1,
    billing.InvoiceSendRequestedV1,
    billing.PaymentProcessingV1,
    billing.PaymentRecordedV1,
    billing.PaymentFailedV1,
    billing.PaymentReturnedV1,
    billing.PaymentRefundedV1,
    billing.DisputeChangedV1,
    billing.SurplusArisenV1,
    billing.BillingSettingsChangedV1,
    scheduling_accounts.CustomerAccountChangedV1,
    billing_accounts.AccountPaymentChangedV1,
    billing_accounts.AccountRefundChangedV1,
    billing_accounts.PrepaymentChangedV1,
    billing_accounts.PaymentMethodChangedV1,
    billing_accounts.AutopayChangedV1,
    billing_accounts.ChargeRunChangedV1,
    portal.AgreementSignedV1,
    portal.LinkOpenedV1,
    portal.LinkRequestedV1,
    portal.SignInLinkRequestedV1,
    portal.TicketChangedV1,
    portal.TicketReplySentV1,
    portal.PortalSettingsChangedV1,
    # Our own facts come back to us: a bounce becomes an alert in its own transaction, and an
    # event somebody listens to is never mistaken for one that nobody wants.
    notifications.EmailDeliveredV1,
    notifications.EmailBouncedV1,
    notifications.EmailSuppressedV1,
    notifications.AlertRaisedV1,
)


class Within(Protocol):
    """Gives the desk of a transaction that the consumer began."""

    def within(self, session: Session) -> Desk:
        """A desk whose writes belong to this session."""


def subscription(desks: Within, clock: Callable[[], datetime]) -> Subscription:
    """What the consumer binds, and the one function that handles it."""

    async def take_in(delivery: Delivery, session: Session) -> None:
        envelope = delivery.envelope
        await notice_event(
            delivery.event,
            event_id=envelope.id,
            at=envelope.time,
            replayed=envelope.replayed,
            desk=desks.within(session),
            now=clock(),
        )

    return one_by_one(dict.fromkeys(LISTENS_TO, take_in))
