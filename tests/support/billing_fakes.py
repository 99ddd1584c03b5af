"""Billing without a database and without a card processor, behind the same ports."""

import asyncio
import copy
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from services.billing.adapters.mongo_shapes import invoice_document, value
from services.billing.adapters.paper_words import invoice_words, receipt_words
from services.billing.adapters.typesetting import typeset
from services.billing.domain.attempt import Attempt, AttemptState, Failure
from services.billing.domain.bill import Bill, opened
from services.billing.domain.booking import Booking, Line, Person, Release, Role
from services.billing.domain.company import Company, Provider, Settings
from services.billing.domain.invoice import Invoice, Payer
from services.billing.domain.ledger import Entry, balances
from services.billing.domain.listing import (
    InvoicePage,
    InvoiceQuery,
    InvoiceRow,
    StatusTotal,
)
from services.billing.domain.payment import Dispute, DisputeState, Method, Payment
from services.billing.domain.provider import (
    AccountStatus,
    Hint,
    OpenPage,
    SeenAttempt,
    SeenMethod,
    SeenRefund,
)
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.refusals import (
    AttemptNotFoundError,
    BillNotFoundError,
    InvoiceNotFoundError,
    PaymentNotFoundError,
)
from services.billing.usecases.ports import (
    GatewayUnavailableError,
    KeyConflictError,
    OpenBooks,
    RejectedError,
    StoredEvent,
)
from shared.contracts.event import Event
from shared.idempotency import Answer, IdempotencyKeyReusedError
from tests.support.billing_account_fakes import (
    FakeMethods,
    MemoryAccountLookups,
    MemoryOpenAccountBooks,
)
from tests.support.billing_account_lists import MemoryAccountLists

T = TypeVar("T")
COMPANY = "harbor-pine"
INSPECTION = "inspection-3107"
NOON = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)

ELLEN = Payer(contact_id="ellen", name="Ellen Park", role_label="Client", email="ellen@example.com")
MARCUS = Payer(
    contact_id="marcus", name="Marcus Lee", role_label="Buyer's agent", email="marcus@example.com"
)
INSURER = Payer(
    contact_id="mutual", name="Northwest Mutual", role_label="Insurer", email="claims@example.com"
)


def a_line(line_id: str, amount_cents: int, name: str = "") -> Line:
    return Line(line_id=line_id, name=name or line_id, note="", amount_cents=amount_cents)


def a_booking(**changes: Any) -> Booking:
    """An inspection of $800.00: home 475, radon 150, sewer 175."""
    release = Release(
        collect_after_publish=changes.pop("collect_after_publish", False),
        require_payment=changes.pop("require_payment", True),
        locked=changes.pop("locked", False),
        unlocked_by_staff=changes.pop("unlocked_by_staff", False),
    )
    given: dict[str, Any] = {
        "number": "HP-3107",
        "currency": "USD",
        "lines": (a_line("home", 47_500), a_line("radon", 15_000), a_line("sewer", 17_500)),
        "people": (
            Person(role=Role.CLIENT, payer=ELLEN),
            Person(role=Role.AGENT, payer=MARCUS),
            Person(role=Role.ADDITIONAL, payer=INSURER),
        ),
        "street": "1482 Alder Creek Rd",
        "place": "Bend, OR 97702",
        "starts_at": datetime(2026, 12, 1, 17, 0, tzinfo=UTC),
        "starts_on": date(2026, 12, 1),
        "time_zone": "America/Los_Angeles",
        "release": release,
        "published": False,
        "cancelled": False,
        "notifications_disabled": False,
        "revision": 1,
    }
    return Booking(**{**given, **changes})


def a_bill(**changes: Any) -> Bill:
    return opened(
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id="invoice-client",
        booking=a_booking(**changes),
        issued_on=date(2026, 11, 17),
    )


def a_company(**changes: Any) -> Company:
    given: dict[str, Any] = {
        "company_id": COMPANY,
        "name": "Harbor & Pine",
        "tagline": "Home Inspections",
        "time_zone": "America/Los_Angeles",
        "currency": "USD",
        "email": "office@example.com",
        "phone": "(541) 555-0142",
        "address": "220 NW Wall St, Bend, OR 97703",
        "hue": 240,
        "provider": Provider.INTEGRATED,
        "collect_after_publish": False,
        "allow_deferred": True,
        "revision": 1,
    }
    return Company(**{**given, **changes})


class Clock:
    """Time that moves only when a test says so."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


class Counter:
    """Ids in order."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def __call__(self) -> str:
        return f"id-{next(self._next)}"


@dataclass
class _State:
    bills: dict[str, Bill] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    ledger: dict[str, Entry] = field(default_factory=dict)
    posted_at: dict[str, datetime] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    companies: dict[str, Company] = field(default_factory=dict)
    settings: dict[str, Settings] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    answers: dict[str, tuple[str, Answer]] = field(default_factory=dict)
    records: dict[tuple[type[Any], str], Any] = field(default_factory=dict)


class MemoryBooks(MemoryAccountLookups):
    """Books in memory: a write is taken whole or, when it raises, not at all."""

    def __init__(self) -> None:
        self.state = _State()
        self._one_at_a_time = asyncio.Lock()

    async def write(self, work: Callable[[OpenBooks], Awaitable[T]]) -> T:
        async with self._one_at_a_time:
            draft = _State(**{name: copy.copy(kept) for name, kept in vars(self.state).items()})
            result = await work(_MemoryOpenBooks(draft))
            self.state = draft
            return result

    def within(self, session: Any) -> OpenBooks:
        return _MemoryOpenBooks(self.state)

    async def due_attempts(self, now: datetime, limit: int) -> list[Attempt]:
        due = [
            a for a in self.state.attempts.values() if a.next_check_at and a.next_check_at <= now
        ]
        return due[:limit]

    async def due_refunds(self, now: datetime, limit: int) -> list[Refund]:
        waiting = (r for r in self.state.refunds.values() if r.state is RefundState.PENDING)
        return [r for r in waiting if r.next_try_at and r.next_try_at <= now][:limit]

    async def attempt_behind(self, hint: Hint) -> Attempt | None:
        for attempt in self.state.attempts.values():
            names = {attempt.attempt_id, attempt.session_id, attempt.payment_intent_id} - {None}
            if names & {hint.attempt_id, hint.session_id, hint.payment_intent_id}:
                return attempt
        return None

    async def accounts(self) -> list[str | None]:
        return [None]

    async def ledger_balances(self, accounts: Sequence[str]) -> dict[str, int]:
        found = balances(self.state.ledger.values())
        return {account: found.get(account, 0) for account in accounts}

    async def ledger_sum(self) -> int:
        return sum(balances(self.state.ledger.values()).values())

    async def every_bill(self) -> AsyncIterator[Bill]:
        for bill in list(self.state.bills.values()):
            yield bill

    async def bills(self, company_id: str) -> AsyncIterator[Bill]:
        for bill in list(self.state.bills.values()):
            if bill.company_id == company_id:
                yield bill

    # ------------------------------------------------------------------ what tests look at
    @property
    def bill(self) -> Bill:
        return self.state.bills[INSPECTION]

    @property
    def accounts_of_ledger(self) -> dict[str, int]:
        found = balances(self.state.ledger.values())
        return {account: cents for account, cents in found.items() if cents}

    def told(self, kind: type[Event]) -> list[Any]:
        return [event for event in self.state.events if isinstance(event, kind)]


class _MemoryOpenBooks(MemoryOpenAccountBooks):
    def __init__(self, state: _State) -> None:
        self._state = state

    async def bill(self, company_id: str, inspection_id: str) -> Bill | None:
        bill = self._state.bills.get(inspection_id)
        return bill if bill and bill.company_id == company_id else None

    async def bill_of(self, company_id: str, invoice_id: str) -> Bill:
        for bill in self._state.bills.values():
            ids = {invoice.invoice_id for invoice in bill.invoices}
            if bill.company_id == company_id and invoice_id in ids:
                return bill
        raise InvoiceNotFoundError

    async def bill_paid_by(self, company_id: str, payment_id: str) -> Bill:
        for bill in self._state.bills.values():
            if bill.company_id == company_id and bill.invoice_paid_by(payment_id):
                return bill
        raise PaymentNotFoundError

    async def keep_bill(self, before: Bill | None, after: Bill) -> None:
        known = self._state.bills.get(after.inspection_id)
        assert (known.revision if known else None) == (before.revision if before else None)
        self._state.bills[after.inspection_id] = after

    async def post(self, entries: Sequence[Entry], at: datetime) -> None:
        for entry in entries:
            self._state.ledger.setdefault(entry.entry_id, entry)
            self._state.posted_at.setdefault(entry.entry_id, at)

    async def announce(self, events: Sequence[Event], *, replayed: bool = False) -> None:
        self._state.events.extend(events)

    async def attempt(self, company_id: str, attempt_id: str) -> Attempt:
        attempt = self._state.attempts.get(attempt_id)
        if attempt is None or attempt.company_id != company_id:
            raise AttemptNotFoundError
        return attempt

    async def keep_attempt(self, before: Attempt | None, after: Attempt) -> None:
        known = self._state.attempts.get(after.attempt_id)
        assert (known.revision if known else None) == (before.revision if before else None)
        counted = replace(after, revision=before.revision + 1) if before else after
        self._state.attempts[after.attempt_id] = counted

    async def refund(self, company_id: str, refund_id: str) -> Refund | None:
        return self._state.refunds.get(refund_id)

    async def refund_asked_by(self, company_id: str, request_key: str) -> Refund | None:
        return self._find_refund("request_key", request_key)

    def _find_refund(self, name: str, wanted: str) -> Refund | None:
        found = (r for r in self._state.refunds.values() if getattr(r, name) == wanted)
        return next(found, None)

    async def keep_refund(self, refund: Refund) -> None:
        self._state.refunds[refund.refund_id] = refund

    async def company(self, company_id: str) -> Company | None:
        return self._state.companies.get(company_id)

    async def keep_company(self, company: Company) -> None:
        self._state.companies[company.company_id] = company

    async def settings(self, company_id: str) -> Settings:
        return self._state.settings.get(company_id, Settings(company_id=company_id))

    async def settings_on(self, account: str | None) -> list[Settings]:
        return [s for s in self._state.settings.values() if s.stripe_account_id == account]

    async def keep_settings(self, settings: Settings) -> None:
        self._state.settings[settings.company_id] = settings

    async def next_number(self, company_id: str, series: str) -> int:
        name = f"{company_id}:{series}"
        self._state.numbers[name] = self._state.numbers.get(name, 0) + 1
        return self._state.numbers[name]

    async def recall(self, company_id: str, key: str, fingerprint: str) -> Answer | None:
        known = self._state.answers.get(f"{company_id}:{key}")
        if known and known[0] != fingerprint:
            raise IdempotencyKeyReusedError
        return known[1] if known else None

    async def remember(self, company_id: str, key: str, fingerprint: str, answer: Answer) -> None:
        self._state.answers[f"{company_id}:{key}"] = (fingerprint, answer)


class MemoryInbox:
    """Provider events in memory."""

    def __init__(self) -> None:
        self.events: dict[str, StoredEvent] = {}
        self.outcomes: dict[str, str] = {}
        self.next_at: dict[str, datetime] = {}
        self.read_until: dict[str | None, datetime] = {}

    async def keep(self, event: StoredEvent) -> bool:
        if event.event_id in self.events:
            return False
        self.events[event.event_id] = event
        return True

    async def waiting(self, now: datetime, limit: int) -> list[StoredEvent]:
        open_ = (e for e in self.events.values() if e.event_id not in self.outcomes)
        return [e for e in open_ if self.next_at.get(e.event_id, now) <= now][:limit]

    async def done(self, event_id: str, outcome: str) -> None:
        self.outcomes[event_id] = outcome

    async def later(self, event_id: str, at: datetime, reason: str) -> None:
        self.next_at[event_id] = at
        event = self.events[event_id]
        self.events[event_id] = replace(event, tries=event.tries + 1)

    async def cursor(self, account: str | None) -> datetime | None:
        return self.read_until.get(account)

    async def move_cursor(self, account: str | None, to: datetime) -> None:
        self.read_until[account] = to


@dataclass
class _Page:
    """One hosted page of the pretended processor and what was paid on it."""

    session_id: str
    intent_id: str
    attempt_id: str
    amount_cents: int
    expires_at: datetime
    status: str = "open"
    intent: str = "requires_payment_method"
    method: Method = Method.CARD
    label: str = ""
    failure: Failure | None = None
    refunds: list[SeenRefund] = field(default_factory=list)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    saved: SeenMethod | None = None


class FakeGateway(FakeMethods):
    """The card processor as far as the port promises. The rest is for tests to drive it.

    `trouble` holds what the next calls do: "before" (no effect, no answer), "after" (effect, but
    no answer), "reject", "conflict".
    """

    def __init__(self) -> None:
        self.pages: dict[str, _Page] = {}
        self.refund_keys: dict[str, SeenRefund] = {}
        self.trouble: list[str] = []
        self.charges_enabled = True
        self.opened: list[str] = []
        self.listed: list[StoredEvent] = []
        self._number = itertools.count(1)
        self.customers: list[str] = []
        self.methods: dict[str, Any] = {}
        self.setups: dict[str, Any] = {}
        self.detached: list[str] = []
        self.charges: list[str] = []
        self.asked: list[str] = []
        self.outcomes: dict[str, str] = {}

    # ------------------------------------------------------------------------- the port
    async def start_checkout(
        self, attempt: Attempt, *, accepts_bank: bool, accepts_card: bool
    ) -> OpenPage:
        await asyncio.sleep(0)
        trouble = self._refuse_before()
        page = self.pages.get(attempt.key)
        if page is None:
            number = next(self._number)
            page = _Page(
                f"cs_{number}",
                f"pi_{number}",
                attempt.attempt_id,
                attempt.amount_cents,
                attempt.expires_at,
            )
            self.pages[attempt.key] = page
            self.opened.append(attempt.attempt_id)
        self._fail_after(trouble)
        return OpenPage(
            session_id=page.session_id,
            url=f"https://pay.example/{page.session_id}",
            expires_at=page.expires_at,
        )

    async def expire_checkout(self, attempt: Attempt) -> SeenAttempt:
        trouble = self._refuse_before()
        page = self._page(attempt)
        if page is None:
            return SeenAttempt(state=AttemptState.CANCELED, amount_cents=0)
        page = self.pages.get(attempt.key) or page
        if page.status == "open":
            page.status = "expired"
        self._fail_after(trouble)
        return self._seen(page)

    async def attempt_state(self, attempt: Attempt) -> SeenAttempt | None:
        await asyncio.sleep(0)
        self._fail_after(self._refuse_before())
        page = self._page(attempt)
        return self._seen(page) if page else None

    async def refund(self, refund: Refund, attempt: Attempt) -> SeenRefund:
        trouble = self._refuse_before()
        page = self._page(attempt)
        assert page is not None
        if refund.key not in self.refund_keys:
            given = sum(r.amount_cents for r in page.refunds if r.state is not RefundState.FAILED)
            if given + refund.amount_cents > page.amount_cents:
                raise RejectedError("charge_already_refunded", "more than is left")
            state = RefundState.SUCCEEDED if page.method is Method.CARD else RefundState.PENDING
            seen = SeenRefund(
                provider_refund_id=f"re_{next(self._number)}",
                refund_id=refund.refund_id,
                amount_cents=refund.amount_cents,
                state=state,
            )
            self.refund_keys[refund.key] = seen
            page.refunds.append(seen)
        self._fail_after(trouble)
        return self.refund_keys[refund.key]

    async def list_events(
        self, *, account: str | None, since: datetime
    ) -> AsyncIterator[StoredEvent]:
        for event in self.listed:
            yield event

    def parse_webhook(self, body: bytes, signature: str | None, now: datetime) -> StoredEvent:
        raise NotImplementedError

    async def account_status(self, account: str | None) -> AccountStatus:
        return AccountStatus(charges_enabled=self.charges_enabled, bank_payments=True)

    # --------------------------------------------------------------- what payers and banks do
    def pay_by_card(self, attempt: Attempt) -> None:
        page = self._open(attempt)
        page.method, page.label = Method.CARD, "Visa ending 4242"
        page.status, page.intent, page.failure = "complete", "succeeded", None
        page.saved = self._kept(attempt, page)

    def decline(self, attempt: Attempt, code: str = "card_declined") -> None:
        page = self._open(attempt)
        page.failure = Failure(code=code, reason="Your card was declined.", at=NOON)

    def pay_by_bank(self, attempt: Attempt) -> None:
        page = self._open(attempt)
        page.method, page.label = Method.BANK, "Bank account ending 6789"
        page.status, page.intent, page.failure = "complete", "processing", None
        page.saved = self._kept(attempt, page)

    def ask_the_bank(self, attempt: Attempt) -> None:
        self._open(attempt).intent = "requires_action"

    def answer_the_bank(self, attempt: Attempt, *, passed: bool) -> None:
        page = self._open(attempt)
        page.intent = "requires_payment_method"
        if passed:
            self.pay_by_card(attempt)
        else:
            self.decline(attempt, "payment_intent_authentication_failure")

    def settle(self, attempt: Attempt) -> None:
        self._sure(attempt).intent = "succeeded"

    def bounce(self, attempt: Attempt) -> None:
        page = self._sure(attempt)
        page.intent = "requires_payment_method"
        page.failure = Failure(code="insufficient_funds", reason="Insufficient funds", at=NOON)

    def time_out(self, attempt: Attempt) -> None:
        page = self._sure(attempt)
        page.status = "expired" if page.status == "open" else page.status

    def dispute(self, attempt: Attempt, state: DisputeState = DisputeState.NEEDS_RESPONSE) -> None:
        page = self._sure(attempt)
        dispute_id = f"dp_{page.session_id}"
        page.disputes[dispute_id] = Dispute(
            dispute_id=dispute_id,
            amount_cents=page.amount_cents,
            state=state,
            reason="insufficient funds" if page.method is Method.BANK else "fraudulent",
        )

    def refund_in_dashboard(self, attempt: Attempt, cents: int) -> None:
        refund = SeenRefund(
            provider_refund_id=f"re_{next(self._number)}",
            refund_id=None,
            amount_cents=cents,
            state=RefundState.SUCCEEDED,
        )
        self._sure(attempt).refunds.append(refund)

    def finish_refund(self, attempt: Attempt, state: RefundState) -> None:
        """All that can still go there; a failed refund has failed for good."""
        page = self._sure(attempt)
        page.refunds = [
            refund if refund.state is RefundState.FAILED else replace(refund, state=state)
            for refund in page.refunds
        ]

    @property
    def charged_cents(self) -> int:
        """What the processor holds in the end: charges minus refunds and lost disputes."""
        return sum(
            page.amount_cents
            - sum(r.amount_cents for r in page.refunds if r.state is RefundState.SUCCEEDED)
            - sum(d.amount_cents for d in page.disputes.values() if d.state is not DisputeState.WON)
            for page in self.pages.values()
            if page.intent == "succeeded"
        )

    # --------------------------------------------------------------------------- inside
    def _refuse_before(self) -> str:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "before":
            raise GatewayUnavailableError(trouble)
        if trouble == "reject":
            raise RejectedError("parameter_invalid", "no")
        if trouble == "conflict":
            raise KeyConflictError
        return trouble

    def _fail_after(self, trouble: str) -> None:
        if trouble == "after":
            raise GatewayUnavailableError(trouble)

    def _page(self, attempt: Attempt) -> _Page | None:
        for page in self.pages.values():
            if attempt.session_id and page.session_id == attempt.session_id:
                return page
            if attempt.payment_intent_id and page.intent_id == attempt.payment_intent_id:
                return page
        return None

    def _charged(self, attempt: Attempt) -> _Page:
        """A saved method was charged without a page."""
        number = next(self._number)
        bank = attempt.method is Method.BANK
        page = _Page(
            "",
            f"pi_{number}",
            attempt.attempt_id,
            attempt.amount_cents,
            attempt.expires_at,
            status="complete",
            intent="processing" if bank else "succeeded",
            method=attempt.method,
            label=attempt.method_label,
            saved=self.methods.get(attempt.method_id or ""),
        )
        self.pages[attempt.key] = page
        return page

    def _kept(self, attempt: Attempt, page: _Page) -> SeenMethod | None:
        if not attempt.customer_id:
            return None
        method_id = f"pm_{page.session_id}"
        self.methods[method_id] = SeenMethod(
            method_id=method_id,
            customer_id=attempt.customer_id,
            kind=page.method,
            label=page.label,
            expires="04/2029" if page.method is Method.CARD else "",
        )
        return self.methods[method_id]

    def _sure(self, attempt: Attempt) -> _Page:
        page = self.pages.get(attempt.key)
        assert page is not None
        return page

    def _open(self, attempt: Attempt) -> _Page:
        page = self._sure(attempt)
        assert page.status == "open"
        return page

    def _seen(self, page: _Page) -> SeenAttempt:
        states = {"succeeded": AttemptState.SUCCEEDED, "processing": AttemptState.PROCESSING}
        if page.status == "open":
            states["requires_action"] = AttemptState.REQUIRES_ACTION
        over = {"open": AttemptState.AWAITING_PAYER, "complete": AttemptState.FAILED}
        state = states.get(page.intent) or over.get(page.status, AttemptState.EXPIRED)
        return SeenAttempt(
            state=state,
            amount_cents=page.amount_cents,
            session_id=page.session_id or None,
            payment_intent_id=page.intent_id,
            saved=page.saved,
            method=page.method,
            method_label=page.label,
            failure=page.failure if page.intent not in states else None,
            refunds=tuple(page.refunds),
            disputes=tuple(page.disputes.values()),
        )


class MemoryKeys:
    """Idempotency keys as the books keep them."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def recall(self, company_id: str, key: str, request_hash: str) -> Answer | None:
        return await self._books.write(lambda open_: open_.recall(company_id, key, request_hash))


class MemoryLists(MemoryAccountLists):
    """What staff look through, straight from the books in memory."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def bill(self, company_id: str, inspection_id: str) -> Bill:
        found = await self._books.write(lambda open_: open_.bill(company_id, inspection_id))
        if found is None:
            raise BillNotFoundError
        return found

    async def bill_of_invoice(self, company_id: str, invoice_id: str) -> Bill:
        return await self._books.write(lambda open_: open_.bill_of(company_id, invoice_id))

    async def bill_of_payment(self, company_id: str, payment_id: str) -> Bill:
        return await self._books.write(lambda open_: open_.bill_paid_by(company_id, payment_id))

    async def invoices(self, company_id: str, query: InvoiceQuery) -> InvoicePage:
        rows = [
            value(InvoiceRow, invoice_document(bill, invoice), key="invoice_id")
            for bill in self._books.state.bills.values()
            for invoice in bill.invoices
            if bill.company_id == company_id and query.status in {"", invoice.status.value}
        ]
        return InvoicePage(rows=tuple(rows[: query.limit]), next_cursor=None)

    async def totals(self, company_id: str) -> dict[str, StatusTotal]:
        page = await self.invoices(company_id, InvoiceQuery())
        found: dict[str, StatusTotal] = {}
        for row in page.rows:
            known = found.get(row.status, StatusTotal(count=0, due_cents=0))
            due_cents = known.due_cents + row.balance_cents
            found[row.status] = StatusTotal(count=known.count + 1, due_cents=due_cents)
        return found

    async def attempts(self, company_id: str, inspection_id: str) -> list[Attempt]:
        return list(self._books.state.attempts.values())

    async def refunds(self, company_id: str, inspection_id: str) -> list[Refund]:
        return list(self._books.state.refunds.values())

    async def company(self, company_id: str) -> Company | None:
        return self._books.state.companies.get(company_id)

    async def settings(self, company_id: str) -> Settings:
        return self._books.state.settings.get(company_id, Settings(company_id=company_id))


class MemoryLinks:
    """Portal, minting links."""

    def __init__(self) -> None:
        self.minted: list[tuple[str, str]] = []

    async def mint(
        self, *, company_id: str, inspection_id: str, invoice_id: str, recipient: str
    ) -> str:
        self.minted.append((invoice_id, recipient))
        return f"https://portal.example/pay/{len(self.minted)}"


class MemoryRebuilds:
    """Wishes to be told everything again."""

    def __init__(self) -> None:
        self.wishes: dict[str, str] = {}

    async def note(self, company_id: str, rebuild_id: str, session: Any) -> None:
        self.wishes[rebuild_id] = company_id

    async def next_company(self) -> tuple[str, str] | None:
        return next(iter(self.wishes.items()), None)

    async def fulfilled(self, wish_id: str) -> None:
        del self.wishes[wish_id]


class UncachedPrinter:
    """The real papers, set anew each time."""

    async def invoice(self, bill: Bill, invoice: Invoice, company: Company | None) -> bytes:
        return typeset("invoice.typ", invoice_words(bill, invoice, company))

    async def receipt(
        self, bill: Bill, invoice: Invoice, payment: Payment, company: Company | None
    ) -> bytes:
        return typeset("receipt.typ", receipt_words(bill, invoice, payment, company))
