"""`Dismiss`: the agreement stays as it is although the amount changed (R58)."""

from dataclasses import dataclass

from services.scheduling.domain.agreement import Agreement
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class DismissAgreementUpdate:
    """Of which inspection."""

    company_id: str
    inspection_id: str


async def dismiss_agreement_update(command: DismissAgreementUpdate, *, office: Office) -> Agreement:
    """Do not ask again until the amount changes once more; nobody else hears of it."""

    async def work(desk: Desk) -> Agreement:
        inspection = await desk.inspection(command.company_id, command.inspection_id)
        before = await desk.agreement(command.company_id, inspection.agreement_id or "")
        after = before.dismissed(inspection.total_cents)
        if after != before:
            await desk.write(after, before=before)
        return after

    return await office.transaction(work)
