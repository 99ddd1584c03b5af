"""A browser comes back with what it got in exchange for the token."""

from datetime import datetime

from services.portal.domain.links import Link, Scope, holds
from services.portal.domain.refusals import LinkEndedError, UnknownLinkError
from services.portal.usecases.judge_link import judge_link
from services.portal.usecases.ports import Links, Views


async def admit_browser(
    link_id: str, secret: str, scope: Scope, links: Links, views: Views, *, now: datetime
) -> Link:
    """The link, if this browser was let in by it.

    Raises UnknownLinkError for unknown ids, other scopes and other browsers alike, and
    LinkEndedError for a browser that was let in once, after the link has ended.
    """
    link = await links.by_id(link_id)
    if link is None or link.scope != scope or not holds(link, secret):
        raise UnknownLinkError
    if await judge_link(link, views, now) != "live":
        raise LinkEndedError(link_id=link.link_id, company_id=link.company_id)
    return link
