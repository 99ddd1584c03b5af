"""The next visit of a recurring service is booked as an ordinary inspection, exactly once."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.company import Company
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.lines import ServiceLine
from services.scheduling.domain.payment_policy import release_policy_for
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases._booking import book, client_for, number_for, today
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office, Secrets
from shared.crash_points import crash_point


@dataclass(frozen=True, kw_only=True)
class ScheduleVisit:
    """Of which service, and how far ahead: to a day, else so many days from the company's today."""

    company_id: str
    recurring_id: str
    until: date | None = None
    days_ahead: int = 14

    def last_day(self, today: date) -> date:
        """The last day whose visit is due to be scheduled."""
        return self.until or today + timedelta(days=self.days_ahead)


async def schedule_visit(
    command: ScheduleVisit, *, office: Office, secrets: Secrets, now: datetime
) -> Inspection | None:
    """Book the next visit if it is due; None when nothing is.

    The inspection and the step to the following day are one transaction, and a day of a series
    has one inspection at most (unique index): whoever else tries the same gets
    ChangedMeanwhileError. Days that passed unscheduled are left out.
    """

    async def work(desk: Desk) -> Inspection | None:
        before = await desk.recurring(command.company_id, command.recurring_id)
        company = await desk.company(command.company_id)
        account = await desk.account(command.company_id, before.account_id)
        service = before.without_missed(today(company, now))
        day = service.next_on
        if day is None or day > command.last_day(today(company, now)) or not account.active:
            return None
        after = replace(service.visited(), revision=before.revision + 1)
        await desk.write(after, before=before, events=[about_recurring(after)])
        visit = await _visit(desk, company, account, service, day, secrets=secrets, now=now)
        return await book(desk, company, visit, new_id=secrets.new_id, now=now)

    visit = await office.transaction(work)
    crash_point("scheduling.visit-scheduled")
    return visit


async def _visit(
    desk: Desk,
    company: Company,
    account: CustomerAccount,
    service: RecurringService,
    day: date,
    *,
    secrets: Secrets,
    now: datetime,
) -> Inspection:
    inspector = await desk.staff_member(company.company_id, service.inspector_id)
    line = ServiceLine(
        line_id=secrets.new_id(),
        service_id=service.service_id,
        kind="service",
        name=service.service_name,
        amount_cents=service.amount_cents,
    )
    return Inspection(
        inspection_id=secrets.new_id(),
        company_id=company.company_id,
        number=await number_for(desk, company),
        site=service.site,
        starts_at=service.starts_at(day, company.time_zone),
        duration_minutes=service.duration_minutes,
        time_zone=company.time_zone,
        inspector=inspector.inspector,
        people=(client_for(account),),
        lines=(line,),
        currency=company.currency,
        policy=release_policy_for(company.policy, require_payment=None),
        scheduled_at=now,
        account=account.ref,
        recurring_id=service.recurring_id,
        recurring_on=day,
    )
