"""A job is booked."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.company import refuse_unknown_zone
from services.scheduling.domain.inspection import Inspection, refuse_duration
from services.scheduling.domain.jobs import Site
from services.scheduling.domain.lines import checked as checked_lines
from services.scheduling.domain.payment_policy import release_policy_for
from services.scheduling.domain.people import checked as checked_people
from services.scheduling.domain.refusals import BadFieldError
from services.scheduling.usecases._booking import (
    NewLine,
    NewPerson,
    book,
    client_for,
    line_for,
    number_for,
    people_for,
)
from services.scheduling.usecases.ports import Desk, Office, Secrets
from shared.crash_points import crash_point

DEFAULT_DURATION_MINUTES = 120


@dataclass(frozen=True, kw_only=True)
class ScheduleInspection:
    """What the booking form or the API says. `require_payment` None means: as the policy says.

    For an account customer `account_id` and `site_id` say where, and its first person is the
    client; `people` are further ones.
    """

    company_id: str
    account_id: str | None = None
    site_id: str | None = None
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    site_note: str = ""
    starts_at: datetime
    duration_minutes: int | None = None
    time_zone: str | None = None
    inspector_id: str
    people: tuple[NewPerson, ...]
    lines: tuple[NewLine, ...]
    require_payment: bool | None = None
    notifications_disabled: bool = False


async def schedule_inspection(
    command: ScheduleInspection, *, office: Office, secrets: Secrets, now: datetime
) -> Inspection:
    """Book it: number, people, charges, policy snapshot (C3) and agreement in one transaction.

    Raises RequirePaymentLockedError when the policy locks what was asked to be off (R6),
    UnknownError for a site of another account, AccountInactiveError for a closed account.
    """
    _refuse_unplaceable(command)

    async def work(desk: Desk) -> Inspection:
        company = await desk.company(command.company_id)
        time_zone = command.time_zone or company.time_zone
        refuse_unknown_zone(time_zone)
        inspector = await desk.staff_member(command.company_id, command.inspector_id)
        policy = release_policy_for(company.policy, require_payment=command.require_payment)
        new_id = secrets.new_id
        account = await _account(desk, command)
        people = await people_for(desk, command.company_id, command.people, new_id=new_id)
        lines = [
            await line_for(desk, command.company_id, line, new_id=new_id) for line in command.lines
        ]
        inspection = Inspection(
            inspection_id=new_id(),
            company_id=command.company_id,
            number=await number_for(desk, company),
            site=account.site(command.site_id or "") if account else _site(command, new_id()),
            starts_at=to_the_minute(command.starts_at),
            duration_minutes=command.duration_minutes or DEFAULT_DURATION_MINUTES,
            time_zone=time_zone,
            inspector=inspector.inspector,
            people=checked_people((client_for(account), *people) if account else people),
            lines=checked_lines(lines),
            currency=company.currency,
            policy=policy,
            notifications_disabled=command.notifications_disabled,
            scheduled_at=now,
            account=account.ref if account else None,
        )
        return await book(desk, company, inspection, new_id=new_id, now=now)

    booked = await office.transaction(work)
    crash_point("scheduling.inspection-scheduled")
    return booked


async def _account(desk: Desk, command: ScheduleInspection) -> CustomerAccount | None:
    if command.account_id is None:
        return None
    account = await desk.account(command.company_id, command.account_id)
    account.must_be_active()
    return account


def _refuse_unplaceable(command: ScheduleInspection) -> None:
    if command.account_id is None:
        _site(command, "").check()
    if command.duration_minutes is not None:
        refuse_duration(command.duration_minutes)
    if command.starts_at.tzinfo is None:
        raise BadFieldError("The start needs a time zone", field="starts_at")


def _site(command: ScheduleInspection, site_id: str) -> Site:
    return Site(
        site_id=site_id,
        street=command.street.strip(),
        city=command.city.strip(),
        region=command.region.strip(),
        postal_code=command.postal_code.strip(),
        note=command.site_note.strip(),
    )


def to_the_minute(at: datetime) -> datetime:
    """Return the instant without its seconds, in UTC."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)
