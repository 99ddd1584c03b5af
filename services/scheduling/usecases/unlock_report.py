"""Staff open a report by hand, or take that back (C8)."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPolicyChangedV1


@dataclass(frozen=True, kw_only=True)
class UnlockReport:
    """Of which inspection, and whether to open (True) or to take it back."""

    company_id: str
    inspection_id: str
    unlocked: bool = True
    revision: int | None = None


async def unlock_report(command: UnlockReport, *, office: Office) -> Inspection:
    """Open it whatever is due. Raises ReportLockedByPolicyError under collect after publish."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.with_release(before.policy.unlocked(by_staff=command.unlocked))
        if after != before:
            told = about_inspection(InspectionPolicyChangedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
