"""The account gets a new secret calendar address; the one before stops working."""

from services.portal.domain.settings_rules import require_calendar
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_calendars import Calendars


async def renew_calendar(customer: Customer, calendars: Calendars) -> str:
    """Return the address; nobody can tell it again.

    Raises AccountSwitchedOffError, UnavailableError, UnknownAccountError.
    """
    require_calendar(customer.settings)
    return await calendars.renew(customer.of)
