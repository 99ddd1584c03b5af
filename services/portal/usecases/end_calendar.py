"""The account's secret calendar address stops working."""

from services.portal.domain.settings_rules import require_calendar
from services.portal.usecases.admit_customer import Customer
from services.portal.usecases.ports_calendars import Calendars


async def end_calendar(customer: Customer, calendars: Calendars) -> None:
    """From this moment on.

    Raises AccountSwitchedOffError, UnavailableError, UnknownAccountError when there is none.
    """
    require_calendar(customer.settings)
    await calendars.end(customer.of)
