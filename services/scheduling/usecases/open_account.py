"""A customer with many sites becomes an account."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.account import DEFAULT_TERMS_DAYS, CustomerAccount
from services.scheduling.usecases._accounts import (
    NewAccountPerson,
    NewSite,
    account_person_for,
    keep,
)
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class OpenAccount:
    """Who it is; the first person is written to about money."""

    company_id: str
    name: str
    people: tuple[NewAccountPerson, ...]
    address: str = ""
    terms_days: int = DEFAULT_TERMS_DAYS
    sites: tuple[NewSite, ...] = ()


async def open_account(
    command: OpenAccount, *, office: Office, secrets: Secrets, now: datetime
) -> CustomerAccount:
    """Write the account with its people as contacts, and tell of all of them.

    Raises EmailTwiceError when two of its people have the same address.
    """

    async def work(desk: Desk) -> CustomerAccount:
        people = [
            await account_person_for(desk, command.company_id, person, new_id=secrets.new_id)
            for person in command.people
        ]
        account = CustomerAccount(
            account_id=secrets.new_id(),
            company_id=command.company_id,
            name=command.name.strip(),
            people=tuple(people),
            address=command.address.strip(),
            terms_days=command.terms_days,
            sites=tuple(site.site(secrets.new_id()) for site in command.sites),
            created_at=now,
        )
        account.check()
        await keep(desk, account, before=None)
        return account

    return await office.transaction(work)
