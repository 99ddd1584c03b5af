"""An account's statement: every invoice, what is due on it, and how long it has been overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One invoice of the account. Amounts in cents."""

    invoice_id: str
    number: str
    order_number: str = ""
    site_line: str = ""
    status: str
    issued_on: date
    due_on: date
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    inspection_id: str = ""
    order_id: str | None = None
    payable: bool = False
    """Can be paid now: open, nothing on its way, not waiting for the report."""
    held: bool = False
    """Somebody is paying it at this moment."""
    job_created_at: datetime | None = None
    """Autopay is for jobs created after the enrolment (C25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aging:
    """What is due, by the days since the due date; not yet due is in the first (cents)."""

    days_0_30: int = 0
    days_31_60: int = 0
    days_61_90: int = 0
    days_over_90: int = 0

    @property
    def total_cents(self) -> int:
        """All that is due."""
        return self.days_0_30 + self.days_31_60 + self.days_61_90 + self.days_over_90


AGES = (
    ("days_0_30", "0-30 days"),
    ("days_31_60", "31-60 days"),
    ("days_61_90", "61-90 days"),
    ("days_over_90", "Over 90 days"),
)
"""Each age as papers name it."""
_STEPS = (30, 60, 90)


def aging(rows: Sequence[StatementRow], today: date) -> Aging:
    """How old what is due is; `today` is the company's local day."""
    sums = [0, 0, 0, 0]
    for row in rows:
        days = (today - row.due_on).days
        sums[sum(days > step for step in _STEPS)] += row.balance_cents
    return Aging(days_0_30=sums[0], days_31_60=sums[1], days_61_90=sums[2], days_over_90=sums[3])
