"""A paused recurring service goes on."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._booking import today
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office


@dataclass(frozen=True, kw_only=True)
class ResumeRecurringService:
    """Which."""

    company_id: str
    recurring_id: str
    revision: int | None = None


async def resume_recurring_service(
    command: ResumeRecurringService, *, office: Office, now: datetime
) -> RecurringService:
    """Go on with the next day of the series; visits missed meanwhile are not made up."""

    async def work(desk: Desk) -> RecurringService:
        before = await desk.recurring(command.company_id, command.recurring_id)
        before.must_be_at(command.revision)
        company = await desk.company(command.company_id)
        account = await desk.account(command.company_id, before.account_id)
        account.must_be_active()
        after = before.resumed(today(company, now))
        await desk.write(after, before=before, events=[about_recurring(after)])
        return after

    return await office.transaction(work)
