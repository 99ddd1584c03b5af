"""A person, not a mail scanner, has the page open: its script says so."""

from datetime import datetime

from services.portal.domain.links import Link
from services.portal.usecases.ports import Links
from shared.contracts.portal import LinkOpenedV1


async def record_opening(link: Link, links: Links, now: datetime) -> bool:
    """Note and tell the first opening. False when it had been opened before."""
    if link.opened_at is not None:
        return False
    event = LinkOpenedV1(
        company_id=link.company_id,
        link_id=link.link_id,
        scope=link.scope,
        inspection_id=link.inspection_id,
        invoice_id=link.invoice_id,
        recipient=link.recipient,
        opened_at=now,
    )
    return await links.mark_opened(link.link_id, now, event)
