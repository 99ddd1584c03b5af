"""All visits of recurring services that are due to be scheduled are scheduled."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.scheduling.domain.refusals import ChangedMeanwhileError
from services.scheduling.usecases.ports import Office, Secrets
from services.scheduling.usecases.schedule_visit import ScheduleVisit, schedule_visit
from shared.problems import RefusalError

BATCH = 100
A_ZONE_AHEAD = timedelta(days=1)
"""A company's day may have begun before UTC's."""


@dataclass(frozen=True, kw_only=True)
class ScheduledVisits:
    """How many were booked, and which services could not be gone on with (id and code)."""

    booked: int
    refused: tuple[tuple[str, str], ...]


async def schedule_due_visits(
    *,
    office: Office,
    secrets: Secrets,
    now: datetime,
    days_ahead: int = 14,
    until: date | None = None,
) -> ScheduledVisits:
    """Go through the due services of all companies, each visit in a transaction of its own.

    May run anywhere, any number of times at once, and die at any line: the next run goes on.
    """
    last = until or now.date() + timedelta(days=days_ahead) + A_ZONE_AHEAD
    booked, refused, after = 0, [], ""
    while due := await office.due_recurring(last, after=after, limit=BATCH):
        for service in due:
            command = ScheduleVisit(
                company_id=service.company_id,
                recurring_id=service.recurring_id,
                until=until,
                days_ahead=days_ahead,
            )
            try:
                booked += await _all_of(command, office=office, secrets=secrets, now=now)
            except ChangedMeanwhileError:  # another instance, or staff: it is done or comes again
                continue
            except RefusalError as refusal:
                refused.append((service.recurring_id, refusal.code))
        after = due[-1].recurring_id
    return ScheduledVisits(booked=booked, refused=tuple(refused))


async def _all_of(
    command: ScheduleVisit, *, office: Office, secrets: Secrets, now: datetime
) -> int:
    count = 0
    while await schedule_visit(command, office=office, secrets=secrets, now=now):
        count += 1
    return count
