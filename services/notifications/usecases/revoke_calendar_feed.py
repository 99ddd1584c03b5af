"""A secret calendar address stops working."""

from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.usecases.ports import Desk


async def revoke_calendar_feed(
    company_id: str, kind: FeedKind, subject_id: str, *, desk: Desk
) -> None:
    """From this moment on. Raises CalendarNotFoundError when there is none."""
    if not await desk.calendars.remove(company_id, kind, subject_id):
        raise CalendarNotFoundError
