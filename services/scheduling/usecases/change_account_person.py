"""Somebody on an account is corrected, or becomes the one who is written to about money."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases.change_contact import corrected
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeAccountPerson:
    """What changes; None leaves it as it is."""

    company_id: str
    account_id: str
    contact_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    primary: bool = False
    revision: int | None = None


async def change_account_person(command: ChangeAccountPerson, *, office: Office) -> CustomerAccount:
    """Change the contact wherever it stands, and who is first here."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        before.person(command.contact_id)
        contact = await desk.contact(command.company_id, command.contact_id)
        after = contact.changed(name=command.name, email=command.email, phone=command.phone)
        await corrected(desk, contact, after)
        account = await desk.account(command.company_id, command.account_id)
        if command.primary:
            first = account.with_primary(command.contact_id)
            await keep(desk, first, before=account)
            return first
        return account

    return await office.transaction(work)
