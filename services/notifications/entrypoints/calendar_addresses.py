"""A new secret calendar address, and the end of one, for whoever asks."""

import secrets

from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.entrypoints.office import Office
from services.notifications.usecases.renew_calendar_feed import renew_calendar_feed
from services.notifications.usecases.revoke_calendar_feed import revoke_calendar_feed

TOKEN_BYTES = 32


async def new_address(office: Office, company_id: str, kind: FeedKind, subject_id: str) -> str:
    """The whole address, to be shown this once."""
    token = await renew_calendar_feed(
        company_id,
        kind,
        subject_id,
        new_token=lambda: secrets.token_urlsafe(TOKEN_BYTES),
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return f"{office.post.public_url}/notifications/calendar/{token}.ics"


async def end_address(office: Office, company_id: str, kind: FeedKind, subject_id: str) -> None:
    """The address stops working."""
    await revoke_calendar_feed(company_id, kind, subject_id, desk=office.post.desks.reading)
