"""Make the link of one sign-in mail. Its token is in the answer and nowhere else."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.account_access import LINK_LIFETIME, SignInLink
from services.portal.domain.links import token_digest
from services.portal.usecases.mint_link import NewLink, Randomness
from services.portal.usecases.ports_accounts import SignIns


@dataclass(frozen=True, slots=True)
class SignInWish:
    """For whom, into which account."""

    company_id: str
    account_id: str
    contact_id: str
    recipient: str


async def mint_sign_in_link(
    wish: SignInWish, sign_ins: SignIns, randomness: Randomness, now: datetime
) -> NewLink:
    """It lives 15 minutes and lets one browser in; who it is for is looked at again then."""
    token = randomness.new_token()
    link = SignInLink(
        link_id=randomness.new_id(),
        company_id=wish.company_id,
        account_id=wish.account_id,
        contact_id=wish.contact_id,
        email=wish.recipient,
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    await sign_ins.add_link(link, token_digest(token))
    return NewLink(link.link_id, token, f"/account/in/{token}")
