"""What the portal keeps of account customers: small rows, each a register with a revision.

A row is replaced whole by a newer one of the same id and never merged, so any order and any number
of deliveries give one state. Amounts are whole minor units; days are the company's local ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.contracts.billing_accounts import (
    AccountPaymentStatus,
    Allocation,
    Prepayment,
    SavedMethod,
)
from shared.contracts.jobs import Site
from shared.contracts.scheduling import StaffMember
from shared.contracts.scheduling_accounts import (
    AccountPerson,
    CustomerAccount,
    RecurringService,
)

SiteKind = Literal["single", "multi"]
SINGLE: SiteKind = "single"
MULTI: SiteKind = "multi"
PAYABLE = frozenset({"open", "deferred"})
"""The states of an invoice in which its balance can be paid."""


class Row(BaseModel):
    """A part of one account. `account_id` is in every question, with the company."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account_id: str


class InvoiceRow(Row):
    """One invoice of the account: a site's own one, or the part of one site in an order."""

    invoice_id: str
    number: str
    kind: SiteKind
    open: bool
    """Can be paid now: something is due, nothing is on its way, nothing holds it back."""
    status: str
    gate: str
    issued_on: date
    due_on: date
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    credit_cents: int
    """What the bill grants: the sum of its negative lines, as a positive number."""
    order_id: str
    """Empty for a single-site invoice."""
    order_number: str
    site_line: str
    what: str
    """The first line of the bill: `Backflow re-test`."""


class HistoryRow(Row):
    """One payment as billing history shows it (R94)."""

    entry_id: str
    at: AwareDatetime
    status: AccountPaymentStatus
    amount_cents: int
    refunded_cents: int
    prepayment_cents: int
    currency: str
    method_label: str
    receipt_number: str
    reason: str
    allocations: tuple[Allocation, ...]
    account_payment_id: str | None
    """None: one invoice was paid at the office; the receipt is that of `entry_id`."""
    origin: str


class VisitRow(Row):
    """One inspection done or to be done for the account."""

    inspection_id: str
    number: str
    status: str
    starts_at: AwareDatetime
    time_zone: str
    site: Site
    services: tuple[str, ...]
    inspector_name: str
    order_number: str
    recurring_id: str


class RecurringRow(Row):
    """A service that is scheduled again and again (R97)."""

    service: RecurringService


class PrepaymentRow(Row):
    """Money that pays no invoice yet (R90)."""

    prepayment: Prepayment
    at: AwareDatetime


class MethodRow(Row):
    """A card or bank account on file."""

    method: SavedMethod


class AutopayRow(Row):
    """Whether the account is enrolled in autopay."""

    enrolled: bool
    enrolled_at: AwareDatetime | None
    method_id: str | None


class AccountRow(Row):
    """The account itself. `emails` are folded, to find a person who signs in."""

    account: CustomerAccount
    emails: tuple[str, ...]

    def person(self, email: str, contact_id: str = "") -> AccountPerson | None:
        """Who of the account has this address; None once they were removed (R60)."""
        having = [p for p in self.account.people if fold_address(p.email) == fold_address(email)]
        same = [p for p in having if p.contact_id == contact_id]
        return next(iter((*same, *having)), None)


class StaffRow(Row):
    """One member of the company's staff, of no account: tickets are assigned to them (R103)."""

    member: StaffMember


def fold_address(email: str) -> str:
    """An address as it is compared."""
    return email.strip().casefold()


@dataclass(frozen=True, slots=True)
class Table:
    """Where rows of one kind are kept."""

    name: str
    shape: type[Row]


INVOICES = Table("account_invoices", InvoiceRow)
HISTORY = Table("account_history", HistoryRow)
VISITS = Table("account_visits", VisitRow)
RECURRING = Table("account_recurring", RecurringRow)
PREPAYMENTS = Table("account_prepayments", PrepaymentRow)
METHODS = Table("account_methods", MethodRow)
AUTOPAY = Table("account_autopay", AutopayRow)
ACCOUNTS = Table("customer_accounts", AccountRow)
STAFF = Table("staff_members", StaffRow)
TABLES = (INVOICES, HISTORY, VISITS, RECURRING, PREPAYMENTS, METHODS, AUTOPAY, ACCOUNTS, STAFF)


@dataclass(frozen=True, slots=True)
class RowFact:
    """One row as one event told it."""

    table: Table
    row_id: str
    company_id: str
    revision: int
    row: Row


Known = Mapping[tuple[str, str], int]
"""How new each row is that exists, by table name and id."""


def newest(known: Known, facts: Iterable[RowFact]) -> dict[tuple[str, str], RowFact]:
    """The facts that are news, the newest of each row. A fact as new as the row says the same."""
    news: dict[tuple[str, str], RowFact] = {}
    for fact in facts:
        key = fact.table.name, fact.row_id
        held = news[key].revision if key in news else known.get(key, -1)
        if fact.revision > held:
            news[key] = fact
    return news


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of billing history: a payment, or a credit on an invoice."""

    at: datetime
    entry_id: str
    payment: HistoryRow | None
    credit: InvoiceRow | None
