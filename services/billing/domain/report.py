"""Reporting by payer (R53): who was invoiced, who has paid, who owes and for how long.

A report counts the invoices issued on the company's local days of a period, as they stand now:
invoiced = collected + processing + outstanding − surplus, for each payer and in total. Invoiced
minus collected is what the ledger's receivables of these invoices stand at.
"""

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from services.billing.domain.bill import Bill
from services.billing.domain.booking import Role
from services.billing.domain.invoice import Invoice, InvoiceKind, Payer
from services.billing.domain.refusals import InvalidPeriodError

PAGE_SIZE = 50
AGES = (30, 60, 90)
"""Days past due at which an unpaid amount moves into the next column."""
_KEY_LENGTH = 24


class Preset(StrEnum):
    """Periods people ask for by name."""

    THIS_MONTH = "this_month"
    LAST_MONTH = "last_month"
    THIS_QUARTER = "this_quarter"
    THIS_YEAR = "this_year"
    LAST_YEAR = "last_year"
    ALL = "all"
    CUSTOM = "custom"


class Column(StrEnum):
    """What the report can be ordered by."""

    PAYER = "payer"
    INVOICED = "invoiced"
    COLLECTED = "collected"
    PROCESSING = "processing"
    OUTSTANDING = "outstanding"
    OVERDUE = "overdue"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    SURPLUS = "surplus"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From the first to the last local day, both counted; None: no limit on that side."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportQuery:
    """Which invoices are counted, and in which order payers come. Empty texts mean all."""

    company_id: str
    currency: str
    today: date
    """The company's local day: what is overdue is decided by it."""
    period: Period = Period()
    role: str = ""
    status: str = ""
    words: str = ""
    """Part of the payer's name."""
    payer_key: str = ""
    column: Column = Column.OUTSTANDING
    descending: bool = True
    after: str = ""
    limit: int = PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Sums over some invoices, in cents."""

    invoices: int = 0
    invoiced_cents: int = 0
    collected_cents: int = 0
    """Received and kept; refunds and returns are taken off."""
    processing_cents: int = 0
    outstanding_cents: int = 0
    refunded_cents: int = 0
    """Given back, whether or not something became due again."""
    disputed_cents: int = 0
    """Held by card networks until disputes are decided; still counted as collected."""
    surplus_cents: int = 0
    """Received or on its way beyond what was invoiced: the payer's credit."""
    not_due_cents: int = 0
    late_30_cents: int = 0
    late_60_cents: int = 0
    late_90_cents: int = 0
    late_more_cents: int = 0

    @property
    def overdue_cents(self) -> int:
        """Outstanding and past its due date."""
        return self.outstanding_cents - self.not_due_cents


FIGURES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True, slots=True, kw_only=True)
class PayerFigures:
    """One payer's row. The same mail address is the same payer on every inspection."""

    payer_key: str
    payer_name: str
    role: str
    role_label: str
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A page of payers, and the totals of all of them; `next_cursor` is None on the last page."""

    rows: tuple[PayerFigures, ...]
    totals: Figures
    payers: int
    next_cursor: str | None


def payer_key(company_id: str, payer: Payer) -> str:
    """Under which key a payer's invoices are counted together; it tells nobody the address."""
    known_by = payer.email.strip().casefold() or payer.contact_id
    digest = hashlib.sha256(f"{company_id}:{known_by}".encode()).hexdigest()
    return digest[:_KEY_LENGTH]


def payer_role(bill: Bill, invoice: Invoice) -> Role:
    """What the payer is in the People box; whoever has left it, by the kind of his invoice."""
    payer = invoice.payer.contact_id
    known = (p.role for p in bill.booking.people if p.payer.contact_id == payer)
    client = invoice.kind is InvoiceKind.CLIENT
    return next(known, Role.CLIENT if client else Role.ADDITIONAL)


def period_of(preset: Preset, today: date, first: date | None, last: date | None) -> Period:
    """The days of a preset; `first` and `last` count for CUSTOM only.

    Raises InvalidPeriodError when it ends before it begins.
    """
    month = today.replace(day=1)
    quarter = month.replace(month=(month.month - 1) // 3 * 3 + 1)
    year = month.replace(month=1)
    if preset is Preset.CUSTOM:
        if first and last and last < first:
            raise InvalidPeriodError
        return Period(first=first, last=last)
    before = {
        Preset.LAST_MONTH: (_months_back(month), month),
        Preset.LAST_YEAR: (year.replace(year=year.year - 1), year),
    }
    if preset in before:
        start, end = before[preset]
        return Period(first=start, last=end - timedelta(days=1))
    starts = {
        Preset.THIS_MONTH: month,
        Preset.THIS_QUARTER: quarter,
        Preset.THIS_YEAR: year,
    }
    return Period(first=starts[preset], last=today) if preset in starts else Period()


def _months_back(month: date) -> date:
    return (month - timedelta(days=1)).replace(day=1)


def cursor_of(value: int | str, key: str) -> str:
    """Where a page ended: the value it is ordered by, and the payer."""
    return base64.urlsafe_b64encode(json.dumps([value, key]).encode()).decode()


def cursor_read(cursor: str) -> tuple[int | str, str] | None:
    """What `cursor_of` wrote; None for anything else, which begins at the start."""
    try:
        value, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, TypeError, binascii.Error):
        return None
    known = isinstance(value, int | str) and isinstance(key, str)
    return (value, key) if known else None
