"""What billing needs from outside: its books, the card processor, a printer, a way to be woken."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import Book, Entry
from services.billing.domain.payment import Payment
from services.billing.domain.provider import AccountStatus, Hint, OpenPage, SeenAttempt, SeenRefund
from services.billing.domain.refund import Refund
from services.billing.usecases.ports_accounts import (
    AccountBooks,
    AccountPrinter,
    MethodGateway,
    OpenAccountBooks,
)
from shared.contracts.event import Event
from shared.idempotency import Answer

T = TypeVar("T")
Clock = Callable[[], datetime]
NewId = Callable[[], str]


@dataclass(slots=True, kw_only=True)
class Sheet:
    """A bill being changed in one write, with the money facts and the news that go with it."""

    before: Bill | None
    bill: Bill
    entries: list[Entry] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def book(self) -> Book:
        """The company's book in the bill's currency."""
        return Book(company_id=self.bill.company_id, currency=self.bill.booking.currency)

    @classmethod
    def of(cls, bill: Bill) -> "Sheet":
        """Begin with the bill as it is."""
        return cls(before=bill, bill=bill)


class InvoiceLinks(Protocol):
    """Who mints the links of invoices."""

    async def mint(
        self, *, company_id: str, inspection_id: str, invoice_id: str, recipient: str
    ) -> str:
        """The address of a new link. Raises UnavailableError."""


class OpenBooks(OpenAccountBooks, Protocol):
    """The books inside one write: everything kept here is kept together, or nothing is."""

    async def bill(self, company_id: str, inspection_id: str) -> Bill | None:
        """The bill of an inspection."""

    async def bill_of(self, company_id: str, invoice_id: str) -> Bill:
        """The bill an invoice belongs to. Raises InvoiceNotFoundError."""

    async def bill_paid_by(self, company_id: str, payment_id: str) -> Bill:
        """The bill a payment pays into. Raises PaymentNotFoundError."""

    async def keep_bill(self, before: Bill | None, after: Bill) -> None:
        """Write the bill and its flat invoices, if nobody changed it since `before`."""

    async def post(self, entries: Sequence[Entry], at: datetime) -> None:
        """Append to the ledger; an entry that is already there is left as it is."""

    async def announce(self, events: Sequence[Event], *, replayed: bool = False) -> None:
        """Tell the others once this write is through."""

    async def attempt(self, company_id: str, attempt_id: str) -> Attempt:
        """Raises AttemptNotFoundError."""

    async def keep_attempt(self, before: Attempt | None, after: Attempt) -> None:
        """Write an attempt, if nobody changed it since `before`."""

    async def refund(self, company_id: str, refund_id: str) -> Refund | None:
        """The refund of that id."""

    async def refund_asked_by(self, company_id: str, request_key: str) -> Refund | None:
        """The refund an earlier request with this key has made."""

    async def keep_refund(self, refund: Refund) -> None:
        """Write a refund."""

    async def company(self, company_id: str) -> Company | None:
        """What scheduling told of the company."""

    async def keep_company(self, company: Company) -> None:
        """Write it."""

    async def settings(self, company_id: str) -> Settings:
        """The company's billing settings, or the defaults."""

    async def settings_on(self, account: str | None) -> list[Settings]:
        """The settings of every company on that account."""

    async def keep_settings(self, settings: Settings) -> None:
        """Write them."""

    async def next_number(self, company_id: str, series: str) -> int:
        """The next number of a gap-free series, 1 first."""

    async def recall(self, company_id: str, key: str, fingerprint: str) -> Answer | None:
        """The answer given to this Idempotency-Key. Raises IdempotencyKeyReusedError."""

    async def remember(self, company_id: str, key: str, fingerprint: str, answer: Answer) -> None:
        """Keep the answer in this write."""


class Books(AccountBooks, Protocol):
    """Everything billing remembers."""

    async def write(self, work: Callable[[OpenBooks], Awaitable[T]]) -> T:
        """Run `work` as one write; it may run again after a conflict: no network inside."""

    async def due_attempts(self, now: datetime, limit: int) -> list[Attempt]:
        """Attempts whose next check is due, the longest waiting first."""

    async def due_refunds(self, now: datetime, limit: int) -> list[Refund]:
        """Refunds the processor has not answered yet."""

    async def attempt_behind(self, hint: Hint) -> Attempt | None:
        """The attempt a provider's event is about."""

    async def accounts(self) -> list[str | None]:
        """Every Stripe account in use; None stands for the installation's own."""

    async def ledger_balances(self, accounts: Sequence[str]) -> dict[str, int]:
        """What these accounts stand at, in cents."""

    async def ledger_sum(self) -> int:
        """The sum of every leg there is; anything but zero is a fault."""

    def every_bill(self) -> AsyncIterator[Bill]:
        """All bills of all companies, for checking."""

    def bills(self, company_id: str) -> AsyncIterator[Bill]:
        """Every bill of a company, for telling them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """A verified provider event, kept before it was answered."""

    event_id: str
    hint: Hint
    body: str
    tries: int = 0
    healed: bool = False
    """True: no webhook brought it, the reconciler found it."""


class EventInbox(Protocol):
    """Provider events: stored once by id, worked off by a background loop."""

    async def keep(self, event: StoredEvent) -> bool:
        """Store it; False if it was there already."""

    async def waiting(self, now: datetime, limit: int) -> list[StoredEvent]:
        """Events to be worked off, in the order of arrival."""

    async def done(self, event_id: str, outcome: str) -> None:
        """`applied`, `ignored` or `quarantined`."""

    async def later(self, event_id: str, at: datetime, reason: str) -> None:
        """Try again then."""

    async def cursor(self, account: str | None) -> datetime | None:
        """How far the provider's list of events has been read."""

    async def move_cursor(self, account: str | None, to: datetime) -> None:
        """Remember how far."""


class PaymentGateway(MethodGateway, Protocol):
    """The card processor. Raises Rejected, Unavailable or KeyConflict, nothing else."""

    async def start_checkout(
        self, attempt: Attempt, *, accepts_bank: bool, accepts_card: bool
    ) -> OpenPage:
        """Open the hosted page for an attempt; with the same attempt always the same page."""

    async def charge_saved(self, attempt: Attempt) -> SeenAttempt:
        """Charge a saved method now, without the payer. Raises Declined or ActionRequired."""

    async def expire_checkout(self, attempt: Attempt) -> SeenAttempt:
        """Close the page; the answer is what became of it, perhaps paid in the last moment."""

    async def attempt_state(self, attempt: Attempt) -> SeenAttempt | None:
        """The truth about an attempt; None if the processor has never heard of it."""

    async def refund(self, refund: Refund, attempt: Attempt) -> SeenRefund:
        """Give money back to the payer's own card or account."""

    def list_events(self, *, account: str | None, since: datetime) -> AsyncIterator[StoredEvent]:
        """Events since then, oldest first."""

    def parse_webhook(self, body: bytes, signature: str | None, now: datetime) -> StoredEvent:
        """Verify and read a webhook. Raises ForgedWebhookError."""

    async def account_status(self, account: str | None) -> AccountStatus:
        """What the account can do at present."""


class GatewayError(Exception):
    """The processor did not do it."""


class RejectedError(GatewayError):
    """It will never do it like this; nothing happened there."""

    def __init__(self, code: str, message: str) -> None:
        """`code` is the processor's."""
        super().__init__(f"{code}: {message}")
        self.code = code


class GatewayUnavailableError(GatewayError):
    """No answer, or not now. It may have acted all the same: ask again with the same key."""


class KeyConflictError(GatewayError):
    """The key was used for something else: a fault of this program, logged and counted as one.

    Of this charge or refund nothing was found there.
    """


class DeclinedError(GatewayError):
    """The payer's bank refused; nothing was taken."""

    def __init__(self, code: str, decline_code: str, reason: str) -> None:
        """`reason` is in words for the payer."""
        super().__init__(f"{code}/{decline_code}")
        self.code = code
        self.decline_code = decline_code
        self.reason = reason


class ActionRequiredError(GatewayError):
    """The payer's bank wants to see the payer; charging without him is impossible."""

    def __init__(self, url: str | None) -> None:
        """`url`: where he can do it, if the processor gave one."""
        super().__init__("authentication required")
        self.url = url


class Printer(AccountPrinter, Protocol):
    """Sets invoices and receipts as PDF."""

    async def invoice(self, bill: Bill, invoice: Invoice, company: Company | None) -> bytes:
        """The invoice as it now is."""

    async def receipt(
        self, bill: Bill, invoice: Invoice, payment: Payment, company: Company | None
    ) -> bytes:
        """The receipt of one payment."""


class Wakeup(Protocol):
    """Rouses the background loops before their time."""

    def ring(self) -> None:
        """There is work."""


Work = Callable[[OpenBooks], Awaitable[T]]
"""What is done in one write."""
