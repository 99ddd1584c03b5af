"""An account gets one more place."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.usecases._accounts import NewSite, keep
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class AddSite:
    """Which."""

    company_id: str
    account_id: str
    site: NewSite
    revision: int | None = None


async def add_site(command: AddSite, *, office: Office, secrets: Secrets) -> CustomerAccount:
    """Add it at the end of the list."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        after = before.with_site(command.site.site(secrets.new_id()))
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)
