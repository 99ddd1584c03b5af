"""A service that is done again and again at one site: on which days, and when it rests."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from services.scheduling.domain.inspection import refuse_duration
from services.scheduling.domain.jobs import Site
from services.scheduling.domain.lines import AMOUNT_CENTS_MAX
from services.scheduling.domain.refusals import (
    BadFieldError,
    ChangedMeanwhileError,
    RecurringNotActiveError,
    RecurringNotPausedError,
    RecurringOverError,
)

Cadence = Literal["weekly", "every_2_weeks", "monthly", "quarterly", "yearly"]
RecurringStatus = Literal["active", "paused", "ended"]
DAYS: dict[Cadence, int] = {"weekly": 7, "every_2_weeks": 14}
MONTHS: dict[Cadence, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
MONTHS_A_YEAR = 12
PAUSE_REASON_MAX = 500


@dataclass(frozen=True, kw_only=True)
class RecurringService:
    """One recurring service of an account. Days and `visit_at` are the company's local ones."""

    recurring_id: str
    company_id: str
    account_id: str
    site: Site
    service_id: str
    service_name: str
    amount_cents: int
    cadence: Cadence
    first_on: date
    visit_at: str
    """`09:00`."""
    duration_minutes: int
    inspector_id: str
    status: RecurringStatus = "active"
    pause_reason: str = ""
    """Why it is paused; the customer may be allowed to read it (R98)."""
    visits: int = 0
    """How many days of the series are behind: scheduled, or left out. Never goes back."""
    created_at: datetime
    revision: int = 1

    @property
    def next_on(self) -> date | None:
        """The day of the next visit that is not scheduled yet; None while paused or ended."""
        return self.day(self.visits) if self.status == "active" else None

    def day(self, index: int) -> date:
        """Return a day of the series.

        Months are counted from the first day: one that began on the 31st comes back to the 31st
        after a shorter month.
        """
        if self.cadence in DAYS:
            return self.first_on + timedelta(days=DAYS[self.cadence] * index)
        return months_after(self.first_on, MONTHS[self.cadence] * index)

    def starts_at(self, day: date, time_zone: str) -> datetime:
        """Return when the visit of that day begins (UTC): the same on the clock all year.

        A time the clock skips that day begins an hour later; one it shows twice, the first time.
        """
        wall = datetime.combine(day, time.fromisoformat(self.visit_at), ZoneInfo(time_zone))
        return wall.astimezone(UTC)

    def must_be_at(self, revision: int | None) -> None:
        """Refuse a change that was decided on an older state; None means any state will do."""
        if revision is not None and revision != self.revision:
            raise ChangedMeanwhileError(revision=self.revision)

    def visited(self) -> "RecurringService":
        """Return it with the next visit scheduled."""
        return replace(self, visits=self.visits + 1, revision=self.revision + 1)

    def without_missed(self, today: date) -> "RecurringService":
        """Leave out the days before today: they are not made up."""
        index = self.visits
        while self.day(index) < today:
            index += 1
        if index == self.visits:
            return self
        return replace(self, visits=index, revision=self.revision + 1)

    def paused(self, reason: str) -> "RecurringService":
        """Let it rest. What is on the schedule already stays."""
        if self.status != "active":
            raise RecurringNotActiveError(status=self.status)
        said = reason.strip()
        if not said:
            raise BadFieldError("Enter why the service is paused", field="reason")
        if len(said) > PAUSE_REASON_MAX:
            raise BadFieldError(f"Use at most {PAUSE_REASON_MAX} characters", field="reason")
        return self._next(status="paused", pause_reason=said)

    def resumed(self, today: date) -> "RecurringService":
        """Go on with the next day of the series; those missed meanwhile are not made up."""
        if self.status != "paused":
            raise RecurringNotPausedError(status=self.status)
        after = self._next(status="active", pause_reason="")
        return replace(after.without_missed(today), revision=after.revision)

    def ended(self) -> "RecurringService":
        """No visit follows any more; ending twice changes nothing."""
        return self._next(status="ended", pause_reason="")

    def changed(self, **facts: object) -> "RecurringService":
        """Return it with other facts for the visits to come; None leaves a fact as it is."""
        if self.status == "ended":
            raise RecurringOverError
        return self._next(**{name: value for name, value in facts.items() if value is not None})

    def at_site(self, site: Site) -> "RecurringService":
        """Follow a site whose address was corrected."""
        return self._next(site=site)

    def check(self) -> None:
        """Refuse what could never take place."""
        refuse_duration(self.duration_minutes)
        if not 0 <= self.amount_cents <= AMOUNT_CENTS_MAX:
            raise BadFieldError("Enter a price of $0.00 or more", field="amount_cents")
        try:
            time.fromisoformat(self.visit_at)
        except ValueError:
            raise BadFieldError("Enter a time like 09:00", field="visit_at") from None

    def _next(self, **facts: object) -> "RecurringService":
        after = replace(self, **facts)  # type: ignore[arg-type]  # names are this class's fields
        if after == self:
            return self
        after.check()
        return replace(after, revision=self.revision + 1)


def months_after(day: date, months: int) -> date:
    """Return the same day so many months later, or the month's last day when it has no such."""
    year, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
