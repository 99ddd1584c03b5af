"""Remember which amount a third party has had before him, to tell him when it changes."""

from datetime import datetime

from services.portal.domain.invoice_news import seen
from services.portal.domain.links import Link
from services.portal.usecases.ports import Links


async def note_seen(link: Link, shown_cents: int, links: Links, now: datetime) -> None:
    """Keep it, unless it is what was kept before."""
    after = seen(link, shown_cents, now)
    if after != link:
        await links.note_seen(after)
