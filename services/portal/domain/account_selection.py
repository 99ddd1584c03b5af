"""Choosing what to pay: one way at a time, at most 200 invoices, parents by their children.

The server rebuilds the selection from what the page sends and the rows as they are now; nothing
that the page says about amounts is believed.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.portal.domain.account_rows import InvoiceRow

Choice = Literal["single", "multi", "custom"]
"""The three exclusive ways (R64, C22)."""
CHOICES: tuple[Choice, ...] = ("single", "multi", "custom")
SELECTED_MAX = 200
"""Invoices in one payment (C18)."""


@dataclass(frozen=True, slots=True)
class ParentRow:
    """An order with open children: it has no state of its own (C19)."""

    order_id: str
    number: str
    count: int
    balance_cents: int
    issued_on: date
    due_on: date
    """The earliest of its open children."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The invoices that will be paid, each once."""

    invoice_ids: tuple[str, ...] = ()
    amount_cents: int = 0
    capped: bool = False
    """More were asked for: the 200 oldest were taken (C18, C20)."""

    @property
    def count(self) -> int:
        """`Invoices to Pay`: children count, parents do not (C19)."""
        return len(self.invoice_ids)

    def __contains__(self, invoice_id: object) -> bool:
        return invoice_id in self.invoice_ids


def age(invoice: InvoiceRow) -> tuple[date, str]:
    """By what the oldest is known: day of issue, then number (C21)."""
    return invoice.issued_on, invoice.number


def oldest(invoices: Iterable[InvoiceRow]) -> list[InvoiceRow]:
    """The oldest first."""
    return sorted(invoices, key=age)


def select(invoices: Iterable[InvoiceRow], choice: Choice) -> Selection:
    """The open ones of the chosen kind, each once, the 200 oldest if there are more.

    What is not open any more, or of the other kind, is left out: the ways are exclusive (C22).
    """
    payable = {i.invoice_id: i for i in invoices if i.open and i.kind == choice}
    taken = oldest(payable.values())[:SELECTED_MAX]
    return Selection(
        invoice_ids=tuple(invoice.invoice_id for invoice in taken),
        amount_cents=sum(invoice.balance_cents for invoice in taken),
        capped=len(payable) > SELECTED_MAX,
    )


Tick = Literal["none", "some", "all"]


def tick(open_count: int, selected: int) -> Tick:
    """How a parent's box is drawn (C19)."""
    if selected <= 0:
        return "none"
    return "all" if selected >= open_count else "some"


def settled(
    members: Collection[str], ticked: Collection[str], *, was_all: bool, checked: bool
) -> set[str]:
    """What is ticked of a group once its own box is heard, with or without a script (R69).

    With a script the members' boxes already say everything. Without one they still stand as the
    page was drawn: then a box newly checked takes all, and one newly unchecked takes none.
    """
    mine = set(members) & set(ticked)
    if checked and not was_all:
        return set(members)
    if was_all and not checked and mine == set(members):
        return set()
    return mine


def ticked_ids(
    shown: Sequence[str], ticked: Collection[str], elsewhere: Sequence[str]
) -> list[str]:
    """Selected ids after a page was sent: what is shown counts as ticked, the rest stays."""
    here = set(shown)
    kept = [invoice_id for invoice_id in elsewhere if invoice_id not in here]
    now = [invoice_id for invoice_id in shown if invoice_id in ticked]
    return list(dict.fromkeys([*kept, *now]))


@dataclass(frozen=True, slots=True)
class Covered:
    """What a custom amount does to one invoice."""

    invoice: InvoiceRow
    cents: int

    @property
    def left_cents(self) -> int:
        """What stays due of it."""
        return self.invoice.balance_cents - self.cents


@dataclass(frozen=True, slots=True)
class Cover:
    """What a custom amount does: the oldest invoices first, the last perhaps in part (R65)."""

    covered: tuple[Covered, ...]
    rest_cents: int
    """Beyond the given invoices: a prepayment, or too much (C21)."""


def cover(amount_cents: int, invoices: Iterable[InvoiceRow]) -> Cover:
    """Apply an amount to open invoices, the oldest first; the parts and the rest are the amount."""
    left = amount_cents
    covered: list[Covered] = []
    for invoice in oldest(i for i in invoices if i.open):
        if left <= 0:
            break
        part = min(left, invoice.balance_cents)
        covered.append(Covered(invoice, part))
        left -= part
    return Cover(tuple(covered), left)
