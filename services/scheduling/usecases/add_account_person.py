"""Somebody more may sign in for an account."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.refusals import AlreadyInPeopleBoxError
from services.scheduling.usecases._accounts import NewAccountPerson, account_person_for, keep
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class AddAccountPerson:
    """Who."""

    company_id: str
    account_id: str
    person: NewAccountPerson
    revision: int | None = None


async def add_account_person(
    command: AddAccountPerson, *, office: Office, secrets: Secrets
) -> CustomerAccount:
    """Add the person at the end. Raises EmailTwiceError for an address the account has."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        person = await account_person_for(
            desk, command.company_id, command.person, new_id=secrets.new_id
        )
        if person.contact_id in {known.contact_id for known in before.people}:
            raise AlreadyInPeopleBoxError("This person is already on the account")
        after = before.with_person(person)
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)
