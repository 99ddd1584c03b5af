"""An inspection: its life as a table, its place and time, people, charges, reports."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from services.scheduling.domain import lines as bill
from services.scheduling.domain import people as box
from services.scheduling.domain.jobs import AccountRef, OrderRef, Site
from services.scheduling.domain.lines import Lines
from services.scheduling.domain.payment_policy import ReleasePolicy
from services.scheduling.domain.people import People
from services.scheduling.domain.refusals import (
    BadFieldError,
    ChangedMeanwhileError,
    IllegalMoveError,
    ReportMissingError,
    TooManyReportsError,
    UnknownError,
)
from services.scheduling.domain.report import REPORTS_MAX, ReportFile

InspectionStatus = Literal["scheduled", "published", "cancelled"]

LEGAL_MOVES: dict[InspectionStatus, frozenset[InspectionStatus]] = {
    "scheduled": frozenset({"scheduled", "published", "cancelled"}),
    "published": frozenset({"published"}),
    "cancelled": frozenset(),
}
"""A move to the same state is a change within it: rescheduling, publishing again."""

DURATION_MINUTES_MIN, DURATION_MINUTES_MAX = 15, 24 * 60


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """Who carries it out."""

    staff_id: str
    name: str
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """One inspection. Times are aware UTC; they are shown in the property's zone `time_zone`."""

    inspection_id: str
    company_id: str
    number: str
    status: InspectionStatus = "scheduled"
    site: Site
    starts_at: datetime
    duration_minutes: int
    time_zone: str
    inspector: Inspector
    people: People
    lines: Lines
    currency: str
    policy: ReleasePolicy
    notifications_disabled: bool = False
    agreement_id: str | None = None
    reports: tuple[ReportFile, ...] = ()
    scheduled_at: datetime
    published_at: datetime | None = None
    cancelled_at: datetime | None = None
    account: AccountRef | None = None
    order: OrderRef | None = None
    recurring_id: str | None = None
    recurring_on: date | None = None
    """The day of the series it was scheduled for; moving the visit does not change it."""
    revision: int = 1

    @property
    def ends_at(self) -> datetime:
        """When it will be over."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @property
    def total_cents(self) -> int:
        """What it costs."""
        return bill.total_cents(self.lines)

    def must_be_at(self, revision: int | None) -> None:
        """Refuse a change that was decided on an older state; None means any state will do."""
        if revision is not None and revision != self.revision:
            raise ChangedMeanwhileError(revision=self.revision)

    def rescheduled(
        self, *, starts_at: datetime, duration_minutes: int, time_zone: str, inspector: Inspector
    ) -> "Inspection":
        """Move it in time or give it to somebody else; the release policy stays (C3)."""
        self._refuse_unless("scheduled", "Only a scheduled inspection can be rescheduled")
        refuse_duration(duration_minutes)
        return self._next(
            starts_at=starts_at,
            duration_minutes=duration_minutes,
            time_zone=time_zone,
            inspector=inspector,
        )

    def with_lines(self, lines: Lines) -> "Inspection":
        """Change the charges; possible before and after publishing (R14, R27)."""
        self._refuse_cancelled()
        return self._next(lines=bill.checked(lines))

    def with_people(self, people: People) -> "Inspection":
        """Change the People box."""
        self._refuse_cancelled()
        return self._next(people=box.checked(people))

    def with_release(self, policy: ReleasePolicy) -> "Inspection":
        """Change when the report opens."""
        self._refuse_cancelled()
        return self._next(policy=policy)

    def muted(self, *, notifications_disabled: bool) -> "Inspection":
        """Switch `Disable all notifications` (R56)."""
        return self._next(notifications_disabled=notifications_disabled)

    def published(self, reports: tuple[ReportFile, ...], *, at: datetime) -> "Inspection":
        """Publish, or publish further files; the first time of publishing stays."""
        if "published" not in LEGAL_MOVES[self.status]:
            raise IllegalMoveError("A cancelled inspection cannot be published")
        after = (*self.reports, *reports)
        if not after:
            raise ReportMissingError(field="report")
        if len(after) > REPORTS_MAX:
            raise TooManyReportsError
        return self._next(status="published", reports=after, published_at=self.published_at or at)

    def with_report_replaced(self, report_id: str, report: ReportFile) -> "Inspection":
        """Put another file in the place of one that was published."""
        if report_id not in {present.report_id for present in self.reports}:
            raise UnknownError("This report is not on the inspection", what="report")
        self._refuse_cancelled()
        return self._next(
            reports=tuple(
                report if present.report_id == report_id else present for present in self.reports
            )
        )

    def cancelled(self, *, at: datetime) -> "Inspection":
        """Call it off; a published one stays."""
        self._refuse_unless("scheduled", "Only a scheduled inspection can be cancelled")
        return self._next(status="cancelled", cancelled_at=at)

    def _refuse_unless(self, status: InspectionStatus, sentence: str) -> None:
        if self.status != status:
            raise IllegalMoveError(f"{sentence}; this one is {self.status}", status=self.status)

    def _refuse_cancelled(self) -> None:
        if self.status == "cancelled":
            raise IllegalMoveError("This inspection was cancelled", status=self.status)

    def _next(self, **facts: object) -> "Inspection":
        after = replace(self, **facts)  # type: ignore[arg-type]  # names are this class's fields
        return self if after == self else replace(after, revision=self.revision + 1)


def refuse_duration(duration_minutes: int) -> None:
    """Refuse an appointment that is shorter than 15 minutes or longer than a day."""
    if not DURATION_MINUTES_MIN <= duration_minutes <= DURATION_MINUTES_MAX:
        raise BadFieldError(
            f"Enter a duration from {DURATION_MINUTES_MIN} to {DURATION_MINUTES_MAX} minutes",
            field="duration_minutes",
        )
