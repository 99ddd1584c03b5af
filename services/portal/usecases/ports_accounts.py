"""What the pages of account customers need from outside; `adapters/` fulfils these ports."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from services.portal.domain.account_access import AccountSession, SignInLink
from services.portal.domain.account_money import OpenTotals
from services.portal.domain.account_rows import (
    AccountRow,
    AutopayRow,
    HistoryEntry,
    HistoryRow,
    InvoiceRow,
    Known,
    PrepaymentRow,
    RowFact,
    SiteKind,
)
from services.portal.domain.account_selection import ParentRow
from services.portal.domain.portal_settings import PortalSettings
from services.portal.usecases.ports import File
from shared.contracts.billing_accounts import SavedMethod
from shared.contracts.event import Event


class RowProjections(Protocol):
    """The accounts' rows as the bus writes them, inside one transaction."""

    async def known(self, keys: Collection[tuple[str, str]]) -> Known:
        """How new these rows are (table name, id); rows that do not exist are left out."""

    async def replace(self, facts: Iterable[RowFact]) -> None:
        """Write every row, creating what is missing."""


Cursor = tuple[str, str]
"""Behind which row a page begins: its day or instant in ISO form, and its number or id."""


@dataclass(frozen=True, slots=True)
class Account:
    """Where to look: every question names both."""

    company_id: str
    account_id: str


class Accounts(Protocol):
    """The accounts' rows as pages read them."""

    async def account(self, of: Account) -> AccountRow | None:
        """The account, or None while it is unknown."""

    async def with_email(self, email: str) -> Sequence[tuple[str, AccountRow]]:
        """Every active account, with its company's id, that names this address."""

    async def open_totals(self, of: Account, today: date) -> OpenTotals:
        """What is due and overdue, by kind, from the index alone."""

    async def open_invoices(
        self, of: Account, kind: SiteKind | None, after: Cursor | None, limit: int
    ) -> Sequence[InvoiceRow]:
        """Open invoices, the oldest first: by day of issue, then number (C21)."""

    async def open_parents(self, of: Account) -> Sequence[ParentRow]:
        """Every order with open children, the oldest first, from the index alone."""

    async def open_children(self, of: Account, order_id: str, limit: int) -> Sequence[InvoiceRow]:
        """The open children of one order, the oldest first."""

    async def invoices(self, of: Account, invoice_ids: Sequence[str]) -> Sequence[InvoiceRow]:
        """These invoices of the account, in no order; others' and unknown ones are left out."""

    async def all_invoices(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[InvoiceRow]:
        """Every invoice, the newest first."""

    async def order_known(self, of: Account, order_id: str) -> str | None:
        """The number of an order of this account."""

    async def history(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[HistoryEntry]:
        """Payments and credits, the newest first."""

    async def payment(self, of: Account, entry_id: str) -> HistoryRow | None:
        """One line of the history."""

    async def prepayments(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[PrepaymentRow]:
        """The newest first."""

    async def methods(self, of: Account) -> Sequence[SavedMethod]:
        """Methods on file, the default first; removed ones are left out."""

    async def autopay(self, of: Account) -> AutopayRow | None:
        """The enrolment, or None if there never was one."""


class SignIns(Protocol):
    """Mailed links and the sessions browsers get for them."""

    async def request(
        self, key: str, at: datetime, not_since: datetime, events: Sequence[Event]
    ) -> bool:
        """Note a request and tell `events`, unless there was one of this key after `not_since`."""

    async def add_link(self, link: SignInLink, digest: str) -> None:
        """Keep a new link under its token's hash."""

    async def link(self, digest: str) -> SignInLink | None:
        """The link with this token hash."""

    async def use_link(self, digest: str, at: datetime, session: AccountSession) -> bool:
        """Use up a live link and begin the session, both or neither. False: it had ended."""

    async def session(self, digest: str) -> AccountSession | None:
        """The session of a browser's secret."""

    async def touch(self, digest: str, at: datetime) -> None:
        """Note the last use."""

    async def choose(self, digest: str, account_id: str, contact_id: str) -> None:
        """The session is in this account from now on."""

    async def end(self, digest: str) -> None:
        """The session is over."""


class SignInEnding(Protocol):
    """Links and sessions as the bus ends them, inside one transaction."""

    async def end_all(self, account_id: str, *, but_of: Collection[str], before: datetime) -> None:
        """Remove those of the account begun before then, except of these folded addresses."""


PaymentKind = Literal["saved", "card", "us_bank_account"]


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts: a contact of the account."""

    contact_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """What billing is asked to take. Amounts are whole minor units."""

    invoice_ids: tuple[str, ...] | None
    """None: `custom_cents` are applied to the oldest invoices."""
    custom_cents: int | None
    prepay_rest: bool
    amount_cents: int
    """What the page showed; billing refuses any other sum."""
    kind: PaymentKind
    method_id: str
    save_method: bool
    success_url: str
    cancel_url: str
    key: str


@dataclass(frozen=True, slots=True)
class StartedPayment:
    """How billing's answer reads: `url` leads to the provider, or there is nothing left to do."""

    payment_id: str
    status: str
    url: str | None

    @property
    def remembered_as(self) -> str:
        """Who comes back from the provider's page may have paid: nothing is known before we ask."""
        return "started" if self.url else self.status


class AccountBilling(Protocol):
    """The service that takes money. Raises UnavailableError and PaymentRefusedError."""

    async def pay(self, of: Account, by: Person, order: PaymentOrder) -> StartedPayment:
        """One payment over several invoices."""

    async def prepay(self, of: Account, by: Person, order: PaymentOrder) -> StartedPayment:
        """Money that pays no invoice yet."""

    async def refresh(self, of: Account, payment_id: str) -> str:
        """Ask the provider and return the payment's status."""

    async def set_up(
        self, of: Account, by: Person, kind: str, *, success_url: str, cancel_url: str, key: str
    ) -> StartedPayment:
        """Begin to save a method without a payment."""

    async def refresh_setup(self, of: Account, setup_id: str) -> str:
        """Ask the provider and return the setup's status."""

    async def make_default(self, of: Account, by: Person, method_id: str) -> None:
        """The method is offered first."""

    async def remove_method(self, of: Account, by: Person, method_id: str) -> None:
        """The method is not on file any more."""

    async def set_autopay(
        self, of: Account, by: Person, *, enrolled: bool, method_id: str | None, key: str
    ) -> None:
        """Enrol in autopay or leave it."""


class AccountFiles(Protocol):
    """Papers of billing. Raises UnavailableError and UnknownDocumentError."""

    def invoice(
        self, company_id: str, invoice_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """An invoice's PDF."""

    def order(self, company_id: str, order_id: str, name: str) -> AbstractAsyncContextManager[File]:
        """A parent invoice's PDF."""

    def account_receipt(
        self, company_id: str, payment_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """The receipt of one payment over several invoices."""

    def receipt(
        self, company_id: str, payment_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """The receipt of a payment of one invoice."""

    def statement(
        self, of: Account, kind: str, since: date | None, until: date | None, *, name: str
    ) -> AbstractAsyncContextManager[File]:
        """The statement with aging, as `pdf` or `csv`."""


class Profiles(Protocol):
    """Scheduling, which owns the accounts. Raises UnavailableError and ProfileRefusedError."""

    async def save_fields(self, of: Account, by: Person, values: Mapping[str, str]) -> None:
        """Change the customer's custom fields."""


class SettingsStore(Protocol):
    """The portal's own settings."""

    async def of(self, company_id: str) -> PortalSettings:
        """A company's settings, or the defaults."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A payment or setup that was begun on one of our pages."""

    account_id: str
    key: str
    payment_id: str
    what: str
    """`payment`, `prepayment` or `setup`."""
    amount_cents: int
    started_at: datetime
    state: str


class BegunPayments(Protocol):
    """What a return address speaks of."""

    async def remember(self, begun: Begun) -> None:
        """Keep it; the same account and key again changes nothing."""

    async def find(self, account_id: str, key: str) -> Begun | None:
        """What this account began with this key."""

    async def note_state(self, account_id: str, key: str, state: str) -> None:
        """Keep billing's last word about it."""
