"""A browser comes with a token and wants in."""

from datetime import datetime

from services.portal.domain.links import Link, Scope, token_digest
from services.portal.domain.refusals import LinkEndedError, UnknownLinkError
from services.portal.usecases.judge_link import judge_link
from services.portal.usecases.ports import Links, Views


async def open_link(token: str, scope: Scope, links: Links, views: Views, now: datetime) -> Link:
    """The link of this token. Changes nothing: mail scanners open links too.

    Raises UnknownLinkError (also for a token of the other scope) and LinkEndedError.
    """
    link = await links.by_digest(token_digest(token))
    if link is None or link.scope != scope:
        raise UnknownLinkError
    if await judge_link(link, views, now) != "live":
        raise LinkEndedError(link_id=link.link_id, company_id=link.company_id)
    return link
