"""What needs no payer before a hosted page: at the sandbox, and at Stripe itself on demand.

`make stripe-live-test` runs these with your own test key (BILLING_STRIPE_SECRET_KEY=sk_test_...)
against Stripe; everywhere else the sandbox answers.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.billing.adapters.stripe_calls import STRIPE_API, stripe_client
from services.billing.adapters.stripe_gateway import StripeGateway
from services.billing.domain.attempt import AttemptState
from services.billing.domain.methods import Setup
from services.billing.domain.payment import Method
from services.billing.domain.provider import SeenSetup
from services.billing.usecases.ports import DeclinedError, RejectedError
from tests.contract.billing.conftest import a_refund
from tests.contract.sandbox.running import KEY, SECRET, WatchedClient


@pytest.fixture
async def gateway(request):
    at_stripe = os.environ.get("DOORSTEP_STRIPE") == "live-test"
    key = os.environ["BILLING_STRIPE_SECRET_KEY"] if at_stripe else KEY
    assert key.startswith(("sk_test_", "sk_sandbox_")), "never with a live key"
    address = STRIPE_API if at_stripe else request.getfixturevalue("_running").url
    client = WatchedClient()
    yield StripeGateway(
        stripe_client(key, address, client), secret_key=key, secrets=(SECRET,), own_accounts=False
    )
    await client.close_async()
    assert client.problems == []


@pytest.fixture
async def payer(gateway, attempt):
    """The attempt of a customer nobody else has."""
    customer_id = await gateway.ensure_customer(
        company_id=attempt.company_id,
        payer_id=uuid4().hex,
        name="Ellen Park",
        email="ellen@example.com",
        account=None,
    )
    return replace(attempt, customer_id=customer_id, method_id="pm_card_visa")


async def test_one_payer_is_one_customer(gateway):
    facts = {"company_id": "c", "payer_id": uuid4().hex, "name": "E", "email": "e@example.com"}
    ids = [await gateway.ensure_customer(**facts, account=None) for _ in range(2)]
    assert ids[0] == ids[1]


async def test_one_attempt_is_one_page_that_can_be_closed(gateway, attempt):
    pages = [
        await gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
        for _ in range(2)
    ]
    assert pages[0].session_id == pages[1].session_id
    opened = replace(attempt, session_id=pages[0].session_id)
    assert (await gateway.attempt_state(opened)).state is AttemptState.AWAITING_PAYER
    assert (await gateway.expire_checkout(opened)).state is AttemptState.EXPIRED


async def test_a_saved_card_is_charged_once_however_often_it_is_asked(gateway, payer):
    seen = [await gateway.charge_saved(payer) for _ in range(2)]
    assert seen[0].payment_intent_id == seen[1].payment_intent_id
    assert seen[0].state is AttemptState.SUCCEEDED
    assert seen[0].amount_cents == 45_000
    assert seen[0].method is Method.CARD
    assert seen[0].method_label == "Visa ending 4242"


async def test_a_saved_card_that_is_declined_says_so(gateway, payer):
    with pytest.raises(DeclinedError) as declined:
        await gateway.charge_saved(replace(payer, method_id="pm_card_visa_chargeDeclined"))
    assert declined.value.code == "card_declined"


async def test_what_was_charged_can_be_given_back_and_no_more(gateway, payer):
    seen = await gateway.charge_saved(payer)
    paid = replace(payer, payment_intent_id=seen.payment_intent_id)
    refund = a_refund(paid, 20_000)
    made = [await gateway.refund(refund, paid) for _ in range(2)]
    assert made[0].provider_refund_id == made[1].provider_refund_id
    with pytest.raises(RejectedError):
        await gateway.refund(a_refund(paid, 25_001), paid)
    [known] = (await gateway.attempt_state(paid)).refunds
    assert known.amount_cents == 20_000


async def test_a_page_to_save_a_method_opens(gateway, payer):
    setup = Setup(
        setup_id=uuid4().hex,
        company_id=payer.company_id,
        account_id="alder-holdings",
        customer_id=payer.customer_id or "",
        on=None,
        kind=Method.CARD,
        actor_name="Ann Alder",
        created_at=payer.created_at,
    )
    pages = [
        await gateway.start_setup(
            setup,
            success_url="https://portal.example/back",
            cancel_url="https://portal.example/cancel",
        )
        for _ in range(2)
    ]
    assert pages[0].session_id == pages[1].session_id
    assert pages[0].url.startswith("http")
    opened = replace(setup, session_id=pages[0].session_id)
    assert await gateway.setup_state(opened) == SeenSetup(over=False)


async def test_the_list_of_events_is_read_whatever_the_number_of_kinds(gateway, payer):
    """One question may name twenty kinds; we listen to more."""
    await gateway.charge_saved(payer)
    since = datetime.now(UTC) - timedelta(hours=1)
    listed = [event async for event in gateway.list_events(account=None, since=since)]
    times = [event.hint.created_at for event in listed]
    assert times == sorted(times)
    assert payer.attempt_id in {event.hint.attempt_id for event in listed}
