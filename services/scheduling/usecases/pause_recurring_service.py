"""A recurring service rests, with a reason the customer may be allowed to read (R97, R98)."""

from dataclasses import dataclass

from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class PauseRecurringService:
    """Which, and why."""

    company_id: str
    recurring_id: str
    reason: str
    revision: int | None = None


async def pause_recurring_service(
    command: PauseRecurringService, *, office: Office
) -> RecurringService:
    """Schedule no further visits until it is resumed; those on the schedule stay."""

    async def work(desk: Desk) -> RecurringService:
        before = await desk.recurring(command.company_id, command.recurring_id)
        before.must_be_at(command.revision)
        after = before.paused(command.reason)
        await desk.write(after, before=before, events=[about_recurring(after)])
        return after

    return await office.transaction(work)
