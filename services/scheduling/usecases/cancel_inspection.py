"""An inspection will not take place."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionCancelledV1


@dataclass(frozen=True, kw_only=True)
class CancelInspection:
    """Which one."""

    company_id: str
    inspection_id: str
    revision: int | None = None


async def cancel_inspection(
    command: CancelInspection, *, office: Office, now: datetime
) -> Inspection:
    """Cancel a scheduled inspection; billing voids what is open. Raises IllegalMoveError."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.cancelled(at=now)
        told = about_inspection(InspectionCancelledV1, after)
        await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
