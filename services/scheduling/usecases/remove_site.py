"""An account gives a place up."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.refusals import SiteInUseError
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class RemoveSite:
    """Which."""

    company_id: str
    account_id: str
    site_id: str


async def remove_site(command: RemoveSite, *, office: Office) -> CustomerAccount:
    """Remove it; what is booked there stays. Raises SiteInUseError under a recurring service."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        after = before.without_site(command.site_id)
        for service in await desk.recurring_of(command.company_id, command.account_id):
            if service.site.site_id == command.site_id and service.status != "ended":
                raise SiteInUseError
        await keep(desk, after, before=before)
        return after

    return await office.transaction(work)
