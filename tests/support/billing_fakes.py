"""Billing without a database and without a card processor, behind the same ports."""

import asyncio
import copy
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.ledger import Entry, balances
from services.billing.domain.provider import Hint
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.refusals import (
    AttemptNotFoundError,
    InvoiceNotFoundError,
    PaymentNotFoundError,
)
from services.billing.usecases.ports import OpenBooks, StoredEvent
from shared.contracts.event import Event
from shared.idempotency import Answer, IdempotencyKeyReusedError
from tests.support.billing_account_fakes import MemoryAccountLookups, MemoryOpenAccountBooks
from tests.support.billing_examples import INSPECTION, NOON

T = TypeVar("T")


class Clock:
    """Time that moves only when a test says so."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **amount: float) -> None:
        self.at += timedelta(**amount)


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


class MemoryKeys:
    """Idempotency keys as the books keep them."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def recall(self, company_id: str, key: str, request_hash: str) -> Answer | None:
        return await self._books.write(lambda open_: open_.recall(company_id, key, request_hash))
