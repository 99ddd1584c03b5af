"""A signed-in browser comes back."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.account_access import AccountSession, portal_offered
from services.portal.domain.account_money import Terms, terms_of
from services.portal.domain.account_rows import AccountRow
from services.portal.domain.links import token_digest
from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.refusals import (
    AccountNotChosenError,
    PageNotReadyError,
    PortalNotOfferedError,
    SignedOutError,
)
from services.portal.domain.views import CompanyView
from services.portal.usecases.ports import Views
from services.portal.usecases.ports_accounts import (
    Account,
    Accounts,
    Person,
    SettingsStore,
    SignIns,
)


@dataclass(frozen=True, slots=True)
class Customer:
    """A person of an account, signed in."""

    session: AccountSession
    of: Account
    account: AccountRow
    person: Person
    company: CompanyView
    terms: Terms
    settings: PortalSettings


async def admit_session(secret: str, sign_ins: SignIns, now: datetime) -> AccountSession:
    """The session of this browser; its use is noted. Raises SignedOutError."""
    session = await sign_ins.session(token_digest(secret)) if secret else None
    if session is None or not session.live(now):
        raise SignedOutError
    if session.unnoted(now):
        await sign_ins.touch(session.digest, now)
    return session


async def admit_customer(
    session: AccountSession, accounts: Accounts, views: Views, settings: SettingsStore
) -> Customer:
    """Who it is and what the company allows, read anew for every page.

    So a person who was taken out of the account is out at once. Raises SignedOutError,
    AccountNotChosenError, PortalNotOfferedError (R60), PageNotReadyError.
    """
    if session.account_id is None:
        raise AccountNotChosenError
    of = Account(session.company_id, session.account_id)
    row, company, chosen = await asyncio.gather(
        accounts.account(of), views.company(of.company_id), settings.of(of.company_id)
    )
    if row is None or company is None:
        raise PageNotReadyError("Your account will be here in a moment.")
    person = row.person(session.email, session.contact_id)
    if person is None or not row.account.active:
        raise SignedOutError
    if not portal_offered(company):
        raise PortalNotOfferedError
    who = Person(person.contact_id, person.name, person.email)
    return Customer(session, of, row, who, company, terms_of(company), chosen)
