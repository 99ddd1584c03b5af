"""End a link before its time."""

from datetime import datetime

from services.portal.domain.refusals import UnknownLinkError
from services.portal.usecases.ports import Links


async def revoke_link(company_id: str, link_id: str, links: Links, now: datetime) -> None:
    """Nobody gets in by it any more, browsers that were in included. Raises UnknownLinkError."""
    if not await links.revoke(company_id, link_id, now):
        raise UnknownLinkError
