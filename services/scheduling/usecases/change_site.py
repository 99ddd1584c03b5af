"""A place of an account is corrected."""

from dataclasses import dataclass

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.usecases._accounts import keep
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeSite:
    """What changes; None leaves it as it is."""

    company_id: str
    account_id: str
    site_id: str
    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    note: str | None = None
    revision: int | None = None


async def change_site(command: ChangeSite, *, office: Office) -> CustomerAccount:
    """Correct it, also where a recurring service goes on; visits already booked stay."""

    async def work(desk: Desk) -> CustomerAccount:
        before = await desk.account(command.company_id, command.account_id)
        before.must_be_at(command.revision)
        site = before.site(command.site_id).changed(
            street=command.street,
            city=command.city,
            region=command.region,
            postal_code=command.postal_code,
            note=command.note,
        )
        after = before.with_changed_site(site)
        await keep(desk, after, before=before)
        for service in await desk.recurring_of(command.company_id, command.account_id):
            moved = service.at_site(site)
            if service.site.site_id == site.site_id and moved != service:
                await desk.write(moved, before=service, events=[about_recurring(moved)])
        return after

    return await office.transaction(work)
