"""An account customer is renamed, gets other terms, is closed or opened again."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.refusals import AccountHasRecurringServicesError
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeAccount:
    """Facts to change; None leaves one as it is."""

    company_id: str
    account_id: str
    name: str | None = None
    address: str | None = None
    terms_days: int | None = None
    active: bool | None = None
    revision: int | None = None


async def change_account(command: ChangeAccount, *, office: Office) -> CustomerAccount:
    """Change it. Terms count for what is booked from now on.

    Raises AccountHasRecurringServicesError when closing one whose visits would go on.
    """

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        if command.active is False:
            services = await desk.recurring_of(command.company_id, command.account_id)
            if any(service.status == "active" for service in services):
                raise AccountHasRecurringServicesError
        after = before.changed(
            name=None if command.name is None else command.name.strip(),
            address=None if command.address is None else command.address.strip(),
            terms_days=command.terms_days,
            active=command.active,
        )
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)
