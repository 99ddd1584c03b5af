"""What a calendar program sees at a secret address."""

from datetime import datetime

from services.notifications.domain.calendar_feed import SHOWN_MAX, hashed, look_back
from services.notifications.domain.composing import full_name
from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.usecases.ports import Desk
from services.notifications.usecases.ports_outside import CalendarFiles
from services.notifications.usecases.renew_calendar_feed import known


async def read_calendar_feed(
    token: str, *, desk: Desk, files: CalendarFiles, now: datetime
) -> bytes:
    """The appointments of the last two months, as far as they are shown, and all to come.

    A token that never was, was renewed, revoked, or belongs to somebody who has left: one answer.
    """
    feed = await desk.calendars.by_hash(hashed(token))
    if feed is None or not await known(feed.company_id, feed.kind, feed.subject_id, desk):
        raise CalendarNotFoundError
    company = await desk.views.company(feed.company_id)
    if company is None:
        raise CalendarNotFoundError
    since = now - look_back(feed.kind, await desk.views.portal_settings(feed.company_id))
    found = await desk.views.appointments(
        feed.company_id, feed.kind, feed.subject_id, since=since, limit=SHOWN_MAX
    )
    inspections = [one for one in found if one.starts_at >= since]
    return files.feed(inspections, company, f"{full_name(company)} inspections", feed.kind)
