"""An account's statement: how its balance moved over some days, and what was open at their end.

Everything is read from the ledger, so it says what the books said on that day. The balance is what
the account's invoices owe less what it has paid in advance; money on its way by bank counts as paid
when it has arrived. A movement stands on the day it was written down.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.billing.domain.ledger import Entry, expected, prepaid, receivable
from services.billing.domain.statement import Aging, StatementRow, aging

_WORDS = {
    "payment": "Payment",
    "refund": "Refund",
    "refund_failed": "Refund came back",
    "return": "Payment returned by the bank",
    "dispute_lost": "Payment lost in a dispute",
}
_OTHERWISE = "Correction"
_NAMED = 3
"""So many invoices of a payment are named; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """An entry of the ledger with the moment it was written."""

    entry: Entry
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidBy:
    """What is said of a payment beside its amount."""

    receipt_number: str
    method_label: str
    paid_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One movement of the balance; owed is positive (cents)."""

    on: date
    words: str
    invoice_ids: tuple[str, ...]
    payment_id: str
    cents: int
    balance_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """The days from `since` (None: the beginning) to `until`. Amounts in cents."""

    since: date | None
    until: date
    currency: str
    opening_cents: int
    moves: tuple[Move, ...]
    closing_cents: int
    open_rows: tuple[StatementRow, ...]
    """The invoices as they stood at the end of `until`: something was due or on its way."""
    rows: Mapping[str, StatementRow]
    """Every invoice by its id."""
    paid_by: Mapping[str, PaidBy] = field(default_factory=dict)
    with_moves: bool = True
    """False: only what is open is told."""

    @property
    def ages(self) -> Aging:
        """How old what was due at the end is."""
        return aging(self.open_rows, self.until)

    @property
    def processing_cents(self) -> int:
        """Of the closing balance, what was on its way by bank."""
        return sum(row.processing_cents for row in self.open_rows)

    @property
    def credit_cents(self) -> int:
        """Paid in advance, or too much: it lowers the closing balance and pays no invoice yet."""
        return self.ages.total_cents + self.processing_cents - self.closing_cents

    @property
    def first_day(self) -> date:
        """The day of the opening balance."""
        return self.since or (self.moves[0].on if self.moves else self.until)

    @property
    def payment_ids(self) -> list[str]:
        """The payments its movements are about."""
        return sorted({move.payment_id for move in self.moves if move.payment_id})

    def number_of(self, move: Move) -> str:
        """The paper it is found by: an invoice, or a receipt."""
        known = self.paid_by.get(move.payment_id)
        if known:
            return known.receipt_number
        return self.rows[move.invoice_ids[0]].number if move.invoice_ids else ""

    def details_of(self, move: Move, day: Callable[[date], str] = date.isoformat) -> str:
        """The site of an invoice; how a payment was made, when (as `day` says it), for what."""
        known = self.paid_by.get(move.payment_id)
        if known is None:
            return self.rows[move.invoice_ids[0]].site_line if move.invoice_ids else ""
        said = [known.method_label] if known.method_label else []
        if move.words == _WORDS["payment"] and known.paid_on and known.paid_on != move.on:
            said.append(f"received {day(known.paid_on)}")
        return ", ".join([*said, _invoices(self.rows, move.invoice_ids)])


def account_statement(
    posted: Iterable[Posted],
    rows: Iterable[StatementRow],
    account_id: str,
    *,
    since: date | None,
    until: date,
    time_zone: str,
    currency: str,
) -> AccountStatement:
    """Read the ledger of the account; `posted` are its entries in the order they were written."""
    known = {row.invoice_id: row for row in rows}
    zone = ZoneInfo(time_zone)
    reader = _Reader(known, account_id, since)
    for one in posted:
        day = one.at.astimezone(zone).date()
        if day <= until:
            reader.take(one.entry, day)
    return AccountStatement(
        since=since,
        until=until,
        currency=currency,
        opening_cents=reader.opening_cents,
        moves=tuple(reader.moves),
        closing_cents=reader.balance_cents,
        open_rows=tuple(_as_of(known, reader.legs)),
        rows=known,
    )


class _Reader:
    """Adds up one entry after the other."""

    def __init__(
        self, rows: Mapping[str, StatementRow], account_id: str, since: date | None
    ) -> None:
        self._own = {receivable(invoice_id): invoice_id for invoice_id in rows}
        self._own[prepaid(account_id)] = ""
        self._since, self._charged = since, set[str]()
        self.legs: Counter[str] = Counter()
        self.moves: list[Move] = []
        self.balance_cents = self.opening_cents = 0

    def take(self, entry: Entry, day: date) -> None:
        for leg in entry.legs:
            self.legs[leg.account] += leg.cents
        own = [leg for leg in entry.legs if leg.account in self._own]
        cents = sum(leg.cents for leg in own)
        invoice_ids = tuple(self._own[leg.account] for leg in own if self._own[leg.account])
        words = self._words(entry, invoice_ids, cents)
        self.balance_cents += cents
        if self._since and day < self._since:
            self.opening_cents = self.balance_cents
        elif cents:
            self.moves.append(
                Move(
                    on=day,
                    words=words,
                    invoice_ids=invoice_ids,
                    payment_id=_payment_of(entry),
                    cents=cents,
                    balance_cents=self.balance_cents,
                )
            )

    def _words(self, entry: Entry, invoice_ids: tuple[str, ...], cents: int) -> str:
        if entry.kind != "charge":
            return _WORDS.get(entry.kind, _OTHERWISE)
        first = not self._charged.issuperset(invoice_ids)
        self._charged.update(invoice_ids)
        if cents < 0:
            return "Credit"
        return "Invoice" if first else "Invoice changed"


def _payment_of(entry: Entry) -> str:
    """The payment an entry is about: its own, or the one it takes or gives back from."""
    name = entry.entry_id if entry.kind == "payment" else entry.of or ""
    return name.removeprefix("pay:") if name.startswith("pay:") else ""


def _as_of(rows: Mapping[str, StatementRow], legs: Mapping[str, int]) -> Iterable[StatementRow]:
    """The invoices as the ledger had them: something due, or on its way."""
    for invoice_id, row in rows.items():
        owed = receivable(invoice_id)
        processing_cents = -legs.get(expected(owed), 0)
        balance_cents = max(0, legs.get(owed, 0) - processing_cents)
        if balance_cents or processing_cents:
            yield replace(row, balance_cents=balance_cents, processing_cents=processing_cents)


def _invoices(rows: Mapping[str, StatementRow], invoice_ids: tuple[str, ...]) -> str:
    if not invoice_ids:
        return "in advance"
    names = [rows[invoice_id].number for invoice_id in invoice_ids[:_NAMED]]
    more = len(invoice_ids) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
