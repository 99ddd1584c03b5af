"""Another time, another length, another inspector."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.scheduling.domain.company import refuse_unknown_zone
from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionRescheduledV1


@dataclass(frozen=True, kw_only=True)
class RescheduleInspection:
    """What changes; None leaves it as it is."""

    company_id: str
    inspection_id: str
    starts_at: datetime | None = None
    duration_minutes: int | None = None
    time_zone: str | None = None
    inspector_id: str | None = None
    revision: int | None = None


async def reschedule_inspection(command: RescheduleInspection, *, office: Office) -> Inspection:
    """Move a scheduled inspection; its release policy stays as it was booked (C3)."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        inspector = before.inspector
        if command.inspector_id and command.inspector_id != inspector.staff_id:
            member = await desk.staff_member(command.company_id, command.inspector_id)
            inspector = member.inspector
        time_zone = command.time_zone or before.time_zone
        refuse_unknown_zone(time_zone)
        starts_at = (command.starts_at or before.starts_at).astimezone(UTC)
        after = before.rescheduled(
            starts_at=starts_at.replace(second=0, microsecond=0),
            duration_minutes=command.duration_minutes or before.duration_minutes,
            time_zone=time_zone,
            inspector=inspector,
        )
        if after != before:
            told = about_inspection(InspectionRescheduledV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
