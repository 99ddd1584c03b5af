"""Staff end a link before its time."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import Link
from services.portal.domain.refusals import NoSuchLinkError
from services.portal.usecases.ports import Links


@dataclass(frozen=True, slots=True, kw_only=True)
class EndLink:
    """Which one, and who ends it, by name."""

    company_id: str
    inspection_id: str
    link_id: str
    by: str


async def end_link(command: EndLink, links: Links, now: datetime) -> Link:
    """Nobody gets in by it any more, browsers that were in included; again changes nothing.

    Returns the link as it now is. Raises NoSuchLinkError.
    """
    await _own(command, links)
    await links.revoke(command.company_id, command.link_id, now, command.by)
    return await _own(command, links)


async def _own(command: EndLink, links: Links) -> Link:
    link = await links.by_id(command.link_id)
    asked = command.company_id, command.inspection_id
    if link is None or (link.company_id, link.inspection_id) != asked:
        raise NoSuchLinkError
    return link
