"""A recurring service is over."""

from dataclasses import dataclass

from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class EndRecurringService:
    """Which."""

    company_id: str
    recurring_id: str
    revision: int | None = None


async def end_recurring_service(
    command: EndRecurringService, *, office: Office
) -> RecurringService:
    """Schedule nothing any more; visits on the schedule stay. Ending twice changes nothing."""

    async def work(desk: Desk) -> RecurringService:
        before = await desk.recurring(command.company_id, command.recurring_id)
        before.must_be_at(command.revision)
        after = before.ended()
        if after != before:
            await desk.write(after, before=before, events=[about_recurring(after)])
        return after

    return await office.transaction(work)
