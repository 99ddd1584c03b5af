"""What billing needs from outside for account customers, beside `ports`."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar

from services.billing.domain.account import Account
from services.billing.domain.account_statement import AccountStatement
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.company import Company, Settings
from services.billing.domain.methods import SavedMethod, Setup
from services.billing.domain.provider import OpenPage, SeenMethod, SeenSetup
from services.billing.domain.refund import Refund
from shared.contracts.event import Event

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chargeable:
    """An invoice of an enrolled account that waits to be charged (C25)."""

    invoice_id: str
    inspection_id: str
    number: str
    account_id: str
    account_name: str
    site_line: str
    balance_cents: int
    currency: str
    issued_on: date
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCharge:
    """Which of the invoices that wait to be charged; nothing given: all of them."""

    invoice_ids: Sequence[str] | None = None
    account_ids: Sequence[str] | None = None
    due_by: date | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeableSum:
    """How much of one account waits in one currency (cents)."""

    account_id: str
    account_name: str
    currency: str
    invoice_count: int
    balance_cents: int


class OpenAccountBooks(Protocol):
    """The books of account customers inside one write."""

    async def find(self, kind: type[R], company_id: str, key: str) -> R | None:
        """An Account, SavedMethod, Autopay, Setup, ChargeRun or RunItem by its id."""

    async def keep(self, record: object) -> None:
        """Write one of them."""

    async def keep_all(self, records: Sequence[object]) -> None:
        """Write many of one kind."""

    async def known_attempt(self, company_id: str, attempt_id: str) -> Attempt | None:
        """The attempt of that id, if there is one."""

    async def bills_of(self, company_id: str, invoice_ids: Sequence[str]) -> list[Bill]:
        """The bills of these invoices, those there are."""

    async def keep_bills(self, changes: Sequence[tuple[Bill | None, Bill]]) -> None:
        """Write many bills, if nobody changed one since it was read."""

    async def payable_invoices(self, company_id: str, account_id: str, limit: int) -> list[str]:
        """The account's invoices that can be paid now, oldest first (C21)."""

    async def methods_of(self, company_id: str, account_id: str) -> list[SavedMethod]:
        """The account's methods that were not removed, oldest first."""

    async def chargeable(
        self, company_id: str, asked: ToCharge, *, limit: int, skip: int = 0
    ) -> list[Chargeable]:
        """Invoices to charge (C25), oldest first."""

    async def chargeable_sums(self, company_id: str, asked: ToCharge) -> list[ChargeableSum]:
        """All of them counted, however many, by account name and currency."""

    async def tries_without_payer(
        self, company_id: str, inspection_ids: Sequence[str]
    ) -> list[Attempt]:
        """Every charge of these inspections that staff or a run have made, in no order."""

    async def items_of(self, run_id: str, states: Sequence[str], limit: int) -> list[RunItem]:
        """A charge run's invoices in these states."""

    async def refunds_seen_as(self, company_id: str, provider_refund_id: str) -> list[Refund]:
        """The refunds the processor calls so: several, if one was divided."""


class AccountBooks(Protocol):
    """What is looked up outside a write."""

    async def running_runs(self) -> list[ChargeRun]:
        """Charge runs that are not paused and not finished, of all companies."""

    async def setup_behind(self, setup_id: str) -> Setup | None:
        """The page on which a method is being saved."""

    async def method_behind(self, method_id: str) -> SavedMethod | None:
        """A method on file, whoever's it is."""

    async def methods_to_detach(self, limit: int) -> list[SavedMethod]:
        """Methods that were removed here and that the processor still keeps."""

    def account_news(self, company_id: str) -> AsyncIterator[Sequence[Event]]:
        """What was told of the accounts' payments, prepayments, methods, autopay and runs."""

    async def automatic_companies(self) -> list[Settings]:
        """The settings of companies that charge on the due date by themselves."""


class MethodGateway(Protocol):
    """Methods on file at the card processor."""

    async def ensure_customer(
        self, *, company_id: str, payer_id: str, name: str, email: str, account: str | None
    ) -> str:
        """The processor's customer for this payer, made once."""

    async def start_setup(self, setup: Setup, *, success_url: str, cancel_url: str) -> OpenPage:
        """Open the hosted page that saves a card or bank account without charging."""

    async def setup_state(self, setup: Setup) -> SeenSetup:
        """What has become of that page."""

    async def method_state(self, method_id: str, account: str | None) -> SeenMethod | None:
        """A method as it now is; None if it is no customer's any more."""

    async def detach_method(self, method_id: str, account: str | None) -> None:
        """Forget a method; a repeat is no error."""


class AccountPrinter(Protocol):
    """Sets an account's papers as PDF."""

    async def order(self, bills: Sequence[Bill], company: Company | None) -> bytes:
        """The parent invoice of an order: its children's sums (C19)."""

    async def account_receipt(self, attempt: Attempt, company: Company | None) -> bytes:
        """One receipt for a payment over several invoices."""

    async def statement(
        self, account: Account, statement: AccountStatement, *, company: Company | None
    ) -> bytes:
        """How the balance moved, what is open, and how old it is."""
