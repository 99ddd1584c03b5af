"""A person presses the button behind a mailed link: the link is used up, a session begins."""

from datetime import datetime

from services.portal.domain.account_access import AccountSession
from services.portal.domain.account_rows import AccountRow, fold_address
from services.portal.domain.links import token_digest
from services.portal.domain.refusals import SignInLinkEndedError
from services.portal.usecases.find_sign_in_link import find_sign_in_link
from services.portal.usecases.mint_link import Randomness
from services.portal.usecases.ports_accounts import Accounts, SignIns


async def sign_in(
    token: str, accounts: Accounts, sign_ins: SignIns, randomness: Randomness, now: datetime
) -> str:
    """Return the browser's secret; only its hash is kept.

    With several accounts under the address, none is chosen yet. Raises SignInLinkEndedError, also
    for whoever was taken out of the account since the mail was sent.
    """
    link = await find_sign_in_link(token, sign_ins, now)
    named = await accounts_of(link.company_id, link.email, accounts)
    if not any(row.account_id == link.account_id for row in named):
        raise SignInLinkEndedError
    secret = randomness.new_token()
    only = len(named) == 1
    session = AccountSession(
        digest=token_digest(secret),
        company_id=link.company_id,
        email=fold_address(link.email),
        account_id=link.account_id if only else None,
        contact_id=link.contact_id if only else "",
        created_at=now,
        seen_at=now,
    )
    if not await sign_ins.use_link(token_digest(token), now, session):
        raise SignInLinkEndedError
    return secret


async def accounts_of(company_id: str, email: str, accounts: Accounts) -> list[AccountRow]:
    """The active accounts of one company that name this address."""
    named = await accounts.with_email(email)
    return [row for company, row in named if company == company_id]
