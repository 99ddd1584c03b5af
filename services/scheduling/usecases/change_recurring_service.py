"""The visits to come take place at another time, cost something else, or somebody else comes."""

from dataclasses import dataclass

from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ChangeRecurringService:
    """What changes; None leaves it as it is."""

    company_id: str
    recurring_id: str
    visit_at: str | None = None
    duration_minutes: int | None = None
    inspector_id: str | None = None
    amount_cents: int | None = None
    revision: int | None = None


async def change_recurring_service(
    command: ChangeRecurringService, *, office: Office
) -> RecurringService:
    """Change it for the visits to come; those on the schedule stay. Refused once it has ended."""

    async def work(desk: Desk) -> RecurringService:
        before = await desk.recurring(command.company_id, command.recurring_id)
        before.must_be_at(command.revision)
        if command.inspector_id is not None:
            await desk.staff_member(command.company_id, command.inspector_id)
        after = before.changed(
            visit_at=command.visit_at,
            duration_minutes=command.duration_minutes,
            inspector_id=command.inspector_id,
            amount_cents=command.amount_cents,
        )
        if after != before:
            await desk.write(after, before=before, events=[about_recurring(after)])
        return after

    return await office.transaction(work)
