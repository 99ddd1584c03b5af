"""A card processor in memory. tests/contract/billing holds it to what the real one does."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.billing.domain.attempt import Attempt, AttemptState, Failure
from services.billing.domain.payment import Dispute, DisputeState, Method
from services.billing.domain.provider import (
    AccountStatus,
    OpenPage,
    SeenAttempt,
    SeenMethod,
    SeenRefund,
)
from services.billing.domain.refund import Refund, RefundState
from services.billing.usecases.ports import (
    GatewayUnavailableError,
    KeyConflictError,
    RejectedError,
    StoredEvent,
)
from tests.support.billing_account_fakes import FakeMethods
from tests.support.billing_examples import NOON


class Counter:
    """Ids in order."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def __call__(self) -> str:
        return f"id-{next(self._next)}"


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
