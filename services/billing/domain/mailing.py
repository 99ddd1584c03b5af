"""Whether an invoice can be mailed at all: what would not leave must not look sent (C13, R31)."""

from services.billing.domain.booking import Booking
from services.billing.domain.company import Company
from services.billing.domain.invoice import Payer
from services.billing.domain.refusals import (
    NoEmailAddressError,
    NotificationsDisabledError,
    TrialAccountError,
)


def refuse_unmailable(booking: Booking, payer: Payer, company: Company | None) -> None:
    """Raise NotificationsDisabledError, TrialAccountError or NoEmailAddressError."""
    if booking.notifications_disabled:
        raise NotificationsDisabledError
    if company is not None and company.trial:
        raise TrialAccountError
    if not payer.email:
        raise NoEmailAddressError(payer.name)
