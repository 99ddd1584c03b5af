"""The card processor's port, once pretended and once Stripe's SDK against the sandbox."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.billing.adapters.stripe_calls import stripe_client
from services.billing.adapters.stripe_gateway import StripeGateway
from services.billing.domain.allocation import Allocation
from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.refund import Refund, RefundState
from tests.contract.sandbox.running import KEY, SECRET, Sandbox, WatchedClient
from tests.support.billing_examples import COMPANY, ELLEN, INSPECTION
from tests.support.billing_gateway_fake import FakeGateway

BANK = {"kind": "us_bank_account", "routing_number": "110000000", "account_number": "000123456789"}


class Pretended:
    """Payers and banks of the pretended processor."""

    def __init__(self) -> None:
        self.gateway = FakeGateway()

    async def pay_by_card(self, attempt: Attempt) -> None:
        self.gateway.pay_by_card(attempt)

    async def decline(self, attempt: Attempt) -> None:
        self.gateway.decline(attempt)

    async def pay_by_a_card_that_asks(self, attempt: Attempt) -> None:
        self.gateway.ask_the_bank(attempt)

    async def answer_the_bank(self, attempt: Attempt, *, passed: bool) -> None:
        self.gateway.answer_the_bank(attempt, passed=passed)

    async def pay_by_bank(self, attempt: Attempt) -> None:
        self.gateway.pay_by_bank(attempt)

    async def settle(self, attempt: Attempt) -> None:
        self.gateway.settle(attempt)

    async def bounce(self, attempt: Attempt) -> None:
        self.gateway.bounce(attempt)

    async def dispute(self, attempt: Attempt) -> None:
        self.gateway.dispute(attempt)

    async def refund_elsewhere(self, attempt: Attempt, cents: int) -> None:
        self.gateway.refund_in_dashboard(attempt, cents)

    async def lose_the_next_answer(self) -> None:
        self.gateway.trouble = ["after"]

    async def refuse_the_next_call(self) -> None:
        self.gateway.trouble = ["before"]


class Sandboxed:
    """The same people before the sandbox's pages."""

    def __init__(self, sandbox: Sandbox, client: WatchedClient) -> None:
        self.sandbox = sandbox
        self.stripe = stripe_client(KEY, sandbox.url, client)
        self.gateway = StripeGateway(
            self.stripe, secret_key=KEY, secrets=(SECRET,), own_accounts=False
        )

    async def pay_by_card(self, attempt: Attempt) -> None:
        self._submit(attempt, 303, kind="card", number="4242424242424242")

    async def decline(self, attempt: Attempt) -> None:
        self._submit(attempt, 402, kind="card", number="4000000000000002")

    async def pay_by_a_card_that_asks(self, attempt: Attempt) -> None:
        self._submit(attempt, 303, kind="card", number="4000002760003184")

    async def answer_the_bank(self, attempt: Attempt, *, passed: bool) -> None:
        page = f"/sandbox/stripe/authenticate/{await self._intent(attempt)}"
        answer = self.sandbox.http.post(page, data={"result": "complete" if passed else "fail"})
        assert answer.status_code == (303 if passed else 402), answer.text

    async def pay_by_bank(self, attempt: Attempt) -> None:
        self._submit(attempt, 303, **BANK)

    async def settle(self, attempt: Attempt) -> None:
        await self._control(attempt, "settle", outcome="succeeded")

    async def bounce(self, attempt: Attempt) -> None:
        await self._control(attempt, "settle", outcome="insufficient_funds")

    async def dispute(self, attempt: Attempt) -> None:
        await self._control(attempt, "dispute")

    async def refund_elsewhere(self, attempt: Attempt, cents: int) -> None:
        intent = await self._intent(attempt)
        await self.stripe.v1.refunds.create_async({"payment_intent": intent, "amount": cents})

    async def lose_the_next_answer(self) -> None:
        self.sandbox.control("faults/api", kind="500_after_commit", count=3)

    async def refuse_the_next_call(self) -> None:
        self.sandbox.control("faults/api", kind="429", count=9)

    def _submit(self, attempt: Attempt, status: int, **form: str) -> None:
        given = {"expiry": "12 / 34", "cvc": "123", "email": "e@example.com", **form}
        page = f"/sandbox/stripe/checkout/{attempt.session_id}"
        answer = self.sandbox.http.post(page, data=given)
        assert answer.status_code == status, answer.text

    async def _intent(self, attempt: Attempt) -> str:
        seen = await self.gateway.attempt_state(attempt)
        assert seen is not None
        assert seen.payment_intent_id is not None
        return seen.payment_intent_id

    async def _control(self, attempt: Attempt, step: str, **body: Any) -> None:
        self.sandbox.control(f"payments/{await self._intent(attempt)}/{step}", **body)


@pytest.fixture(scope="session")
def _running(tmp_path_factory):
    sandbox = Sandbox(tmp_path_factory.mktemp("billing-sandbox"))
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture(params=["pretended", "stripe"])
async def world(request):
    if request.param == "pretended":
        yield Pretended()
        return
    sandbox = request.getfixturevalue("_running")
    sandbox.control("reset")
    client = WatchedClient()
    yield Sandboxed(sandbox, client)
    await client.close_async()
    assert client.problems == []
    assert sandbox.look("violations")["violations"] == []


@pytest.fixture
def attempt() -> Attempt:
    """A fresh try of $450.00."""
    now = datetime.now(UTC)
    return Attempt(
        attempt_id=uuid4().hex,
        company_id=COMPANY,
        allocations=(
            Allocation(
                invoice_id="invoice-client",
                invoice_number="HP-3107",
                inspection_id=INSPECTION,
                payment_id="payment-1",
                amount_cents=45_000,
            ),
        ),
        payer=ELLEN,
        description="Invoice HP-3107, 1482 Alder Creek Rd",
        amount_cents=45_000,
        currency="USD",
        state=AttemptState.CREATED,
        request_key="k",
        success_url="https://portal.example/back",
        cancel_url="https://portal.example/cancel",
        created_at=now,
        expires_at=now + timedelta(minutes=31),
    )


@pytest.fixture
async def opened(world, attempt) -> Attempt:
    """The same with its page open."""
    page = await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    return replace(attempt, session_id=page.session_id, state=AttemptState.AWAITING_PAYER)


def a_refund(attempt: Attempt, cents: int, refund_id: str = "") -> Refund:
    return Refund(
        refund_id=refund_id or uuid4().hex,
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id="invoice-client",
        payment_id=attempt.attempt_id,
        amount_cents=cents,
        with_credit=False,
        state=RefundState.PENDING,
        reason="Sewer scope not done",
        requested_by="priya",
        created_at=datetime.now(UTC),
    )
