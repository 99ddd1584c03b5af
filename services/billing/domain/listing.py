"""What staff ask for when they look through the invoices, and what they get."""

from dataclasses import dataclass
from datetime import date

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceQuery:
    """`status` and `words` empty mean all; `after` is the cursor of the last row seen."""

    status: str = ""
    words: str = ""
    inspection_id: str = ""
    after: str = ""
    limit: int = PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceRow:
    """One invoice in a list. Amounts in cents."""

    invoice_id: str
    inspection_id: str
    number: str
    kind: str
    status: str
    payer_name: str
    role_label: str
    street: str
    place: str
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    surplus_cents: int
    gate: str
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePage:
    """Rows, newest first; `next_cursor` is None on the last page."""

    rows: tuple[InvoiceRow, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTotal:
    """How many invoices have a status, and what is due on them (cents)."""

    count: int
    due_cents: int
