"""How one payment is divided between invoices: every cent on one of them, none twice (C18-C21)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

MOST_INVOICES = 200
"""In one payment (C18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """The part of a payment that pays one invoice; on the bill it is the payment `payment_id`."""

    invoice_id: str
    invoice_number: str
    inspection_id: str
    payment_id: str
    amount_cents: int
    applied_at: datetime | None = None
    """Set when staff applied it from a prepayment; None: it was paid with the payment (R90)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What can be paid on one invoice now (cents)."""

    invoice_id: str
    number: str
    issued_on: date
    balance_cents: int


def oldest_first(invoices: Sequence[Due], amount_cents: int) -> tuple[dict[str, int], int]:
    """What each invoice gets of an amount, and what is left when all are paid.

    Oldest first by issue date, then number; each is paid in full before the next one gets
    anything, so only the last may stay open in part (R65, C21).
    """
    rest, given = amount_cents, {}
    for due in sorted(invoices, key=lambda due: (due.issued_on, due.number)):
        part = min(rest, due.balance_cents)
        if part > 0:
            given[due.invoice_id] = part
            rest -= part
    return given, rest


def received(wanted: Sequence[int], cents: int) -> list[int]:
    """Divide what really came over what was asked for; the last takes what is beyond it.

    Usually the two are equal. Every part but the last gets at most what it asked for.
    """
    parts, rest = [], cents
    for amount_cents in wanted:
        parts.append(min(amount_cents, rest))
        rest -= parts[-1]
    parts[-1] += rest
    return parts
