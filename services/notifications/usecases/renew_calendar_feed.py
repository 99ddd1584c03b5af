"""A person or account gets a new secret calendar address; the one before stops working."""

from collections.abc import Callable
from datetime import datetime

from services.notifications.domain.calendar_feed import CalendarFeed, FeedKind, hashed, shown
from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.usecases.ports import Desk


async def renew_calendar_feed(
    company_id: str,
    kind: FeedKind,
    subject_id: str,
    *,
    new_token: Callable[[], str],
    desk: Desk,
    now: datetime,
) -> str:
    """Return the token; it is shown once and stored as a hash. 404 for nobody of this company."""
    if not await known(company_id, kind, subject_id, desk):
        raise CalendarNotFoundError
    token = new_token()
    await desk.calendars.put(
        CalendarFeed(
            company_id=company_id,
            kind=kind,
            subject_id=subject_id,
            token_hash=hashed(token),
            made_at=now,
        )
    )
    return token


async def known(company_id: str, kind: FeedKind, subject_id: str, desk: Desk) -> bool:
    """Whether there is such a person or account, and may have a calendar."""
    match kind:
        case FeedKind.STAFF:
            team = await desk.views.staff(company_id)
            return any(one.staff_id == subject_id and one.active for one in team)
        case FeedKind.ACCOUNT:
            account = await desk.views.account(company_id, subject_id)
            settings = await desk.views.portal_settings(company_id)
            return account is not None and account.active and shown(settings)
        case FeedKind.CLIENT:
            return await desk.views.contact(company_id, subject_id) is not None
