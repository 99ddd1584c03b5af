"""Somebody may not sign in for an account any more."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class RemoveAccountPerson:
    """Who."""

    company_id: str
    account_id: str
    contact_id: str


async def remove_account_person(command: RemoveAccountPerson, *, office: Office) -> CustomerAccount:
    """Remove the person; the contact stays. Raises LastAccountPersonError."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        after = before.without_person(command.contact_id)
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)
