"""Name, look, contact data, time zone, plan and agreement text of a company."""

from dataclasses import dataclass

from services.scheduling.domain.company import Company
from services.scheduling.domain.refusals import ChangedMeanwhileError
from services.scheduling.usecases._facts import about_company
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import Plan


@dataclass(frozen=True, kw_only=True)
class ChangeCompany:
    """Facts to change; None leaves one as it is."""

    company_id: str
    name: str | None = None
    tagline: str | None = None
    time_zone: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None
    hue: int | None = None
    plan: Plan | None = None
    trial: bool | None = None
    agreement_title: str | None = None
    agreement_text: str | None = None
    revision: int | None = None


async def change_company(command: ChangeCompany, *, office: Office) -> Company:
    """Change what the company says about itself; agreements already issued stay as they are."""

    async def work(desk: Desk) -> Company:
        before = await desk.company(command.company_id)
        if command.revision not in (None, before.revision):
            raise ChangedMeanwhileError(revision=before.revision)
        after = before.described(
            name=command.name,
            tagline=command.tagline,
            time_zone=command.time_zone,
            email=command.email,
            phone=command.phone,
            address=command.address,
            hue=command.hue,
            plan=command.plan,
            trial=command.trial,
            agreement_title=command.agreement_title,
            agreement_text=command.agreement_text,
        )
        if after != before:
            await desk.write(after, before=before, events=[about_company(after)])
        return after

    return await office.transaction(work)
