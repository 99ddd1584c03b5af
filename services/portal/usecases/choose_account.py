"""A person with several accounts in one company chooses one."""

from services.portal.domain.account_access import AccountSession
from services.portal.domain.refusals import UnknownAccountError
from services.portal.usecases.ports_accounts import Accounts, SignIns
from services.portal.usecases.sign_in import accounts_of


async def choose_account(
    session: AccountSession, account_id: str, accounts: Accounts, sign_ins: SignIns
) -> None:
    """The session is in this account from now on. Raises UnknownAccountError."""
    named = await accounts_of(session.company_id, session.email, accounts)
    row = next((row for row in named if row.account_id == account_id), None)
    person = row.person(session.email) if row else None
    if person is None:
        raise UnknownAccountError
    await sign_ins.choose(session.digest, account_id, person.contact_id)
