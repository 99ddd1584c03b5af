"""A service is agreed to be done again and again at a site of an account."""

from dataclasses import dataclass
from datetime import date, datetime

from services.scheduling.domain.recurring import Cadence, RecurringService
from services.scheduling.domain.refusals import BadFieldError
from services.scheduling.usecases._booking import today
from services.scheduling.usecases._facts import about_recurring
from services.scheduling.usecases.ports import Desk, Office, Secrets


@dataclass(frozen=True, kw_only=True)
class StartRecurringService:
    """What, where and how often. Price and length are the catalogue's unless given."""

    company_id: str
    account_id: str
    site_id: str
    service_id: str
    cadence: Cadence
    first_on: date
    visit_at: str
    """The company's local time: `09:00`."""
    inspector_id: str
    amount_cents: int | None = None
    duration_minutes: int | None = None


async def start_recurring_service(
    command: StartRecurringService, *, office: Office, secrets: Secrets, now: datetime
) -> RecurringService:
    """Note it; `schedule_due_visits` books the visits. Raises AccountInactiveError."""

    async def work(desk: Desk) -> RecurringService:
        company = await desk.company(command.company_id)
        account = await desk.account(command.company_id, command.account_id)
        account.must_be_active()
        service = await desk.service(command.company_id, command.service_id)
        inspector = await desk.staff_member(command.company_id, command.inspector_id)
        if command.first_on < today(company, now):
            raise BadFieldError("The first visit cannot be in the past", field="first_on")
        amount = command.amount_cents
        recurring = RecurringService(
            recurring_id=secrets.new_id(),
            company_id=command.company_id,
            account_id=account.account_id,
            site=account.site(command.site_id),
            service_id=service.service_id,
            service_name=service.name,
            amount_cents=service.price_cents if amount is None else amount,
            cadence=command.cadence,
            first_on=command.first_on,
            visit_at=command.visit_at,
            duration_minutes=command.duration_minutes or service.duration_minutes,
            inspector_id=inspector.staff_id,
            created_at=now,
        )
        recurring.check()
        await desk.write(recurring, events=[about_recurring(recurring)])
        return recurring

    return await office.transaction(work)
