"""`Disable all notifications` of one inspection (R56)."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPolicyChangedV1


@dataclass(frozen=True, kw_only=True)
class DisableNotifications:
    """Whether its automated messages are off."""

    company_id: str
    inspection_id: str
    disabled: bool
    revision: int | None = None


async def disable_notifications(command: DisableNotifications, *, office: Office) -> Inspection:
    """Switch them; what was suppressed meanwhile is never sent later (C13)."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.muted(notifications_disabled=command.disabled)
        if after != before:
            told = about_inspection(InspectionPolicyChangedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
