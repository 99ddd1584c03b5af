"""Somebody opens a mailed sign-in link. Nothing changes: mail scanners open links too."""

from datetime import datetime

from services.portal.domain.account_access import SignInLink
from services.portal.domain.links import token_digest
from services.portal.domain.refusals import SignInLinkEndedError
from services.portal.usecases.ports_accounts import SignIns


async def find_sign_in_link(token: str, sign_ins: SignIns, now: datetime) -> SignInLink:
    """The link, still live. Raises SignInLinkEndedError for unknown and ended ones alike."""
    link = await sign_ins.link(token_digest(token))
    if link is None or link.state(now) != "live":
        raise SignInLinkEndedError
    return link
