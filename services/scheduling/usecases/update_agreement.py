"""`update agreements`: the client gets an agreement with the new amount to sign (R58)."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.agreement import Agreement
from services.scheduling.usecases._booking import agreement_for, today
from services.scheduling.usecases._facts import about_agreement
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class UpdateAgreement:
    """Of which inspection."""

    company_id: str
    inspection_id: str


async def update_agreement(command: UpdateAgreement, *, office: Office, now: datetime) -> Agreement:
    """Issue the next version from the company's present text; it has to be signed again.

    Raises NothingToUpdateError when the text would be the same.
    """

    async def work(desk: Desk) -> Agreement:
        inspection = await desk.inspection(command.company_id, command.inspection_id)
        company = await desk.company(command.company_id)
        before = await desk.agreement(command.company_id, inspection.agreement_id or "")
        day = today(company, now)
        fresh = agreement_for(company, inspection, agreement_id=before.agreement_id, today=day)
        after = before.regenerated(
            title=fresh.title, text=fresh.text, total_cents=fresh.total_cents, today=day
        )
        await desk.write(after, before=before, events=[about_agreement(after)])
        return after

    return await office.transaction(work)
