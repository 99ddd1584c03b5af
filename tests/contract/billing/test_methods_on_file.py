"""Methods on file at the sandbox: saved on a page, charged without one, forgotten."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.methods import Setup
from services.billing.domain.payment import Method
from services.billing.usecases.ports import ActionRequiredError, DeclinedError, RejectedError
from tests.contract.billing.conftest import BANK, Sandboxed
from tests.contract.sandbox.running import WatchedClient

CARD = {"kind": "card", "number": "4242424242424242"}


@pytest.fixture
async def world(request):
    sandbox = request.getfixturevalue("_running")
    sandbox.control("reset")
    client = WatchedClient()
    yield Sandboxed(sandbox, client)
    await client.close_async()
    assert client.problems == []
    assert sandbox.look("violations")["violations"] == []


@pytest.fixture
async def customer(world, attempt) -> str:
    return await world.gateway.ensure_customer(
        company_id=attempt.company_id,
        payer_id=uuid4().hex,
        name="Alder Holdings",
        email="ann@example.com",
        account=None,
    )


def submit(world, session_id, **form):
    given = {"expiry": "12 / 34", "cvc": "123", "email": "e@example.com", **form}
    answer = world.sandbox.http.post(f"/sandbox/stripe/checkout/{session_id}", data=given)
    assert answer.status_code == 303, answer.text


async def on_file(world, attempt, customer, method_kind, **form):
    """A method saved on the set-up page."""
    setup = Setup(
        setup_id=uuid4().hex,
        company_id=attempt.company_id,
        account_id="alder-holdings",
        customer_id=customer,
        on=None,
        kind=method_kind,
        actor_name="Ann Alder",
        created_at=attempt.created_at,
    )
    page = await world.gateway.start_setup(
        setup, success_url=attempt.success_url, cancel_url=attempt.cancel_url
    )
    submit(world, page.session_id, **form)
    seen = await world.gateway.setup_state(replace(setup, session_id=page.session_id))
    assert seen.over
    return seen.method


def charging(attempt, customer, method):
    return replace(
        attempt,
        attempt_id=uuid4().hex,
        customer_id=customer,
        method_id=method.method_id,
        method=method.kind,
    )


@pytest.mark.scenario(11)
async def test_a_card_saved_while_paying_is_charged_without_a_page(world, attempt, customer):
    wish = replace(attempt, customer_id=customer, save_method=True, kinds=(Method.CARD,))
    page = await world.gateway.start_checkout(wish, accepts_bank=False, accepts_card=True)
    submit(world, page.session_id, **CARD)
    seen = await world.gateway.attempt_state(replace(wish, session_id=page.session_id))
    assert (seen.saved.label, seen.saved.expires) == ("Visa ending 4242", "12/2034")
    charged = charging(attempt, customer, seen.saved)
    first = await world.gateway.charge_saved(charged)
    again = await world.gateway.charge_saved(charged)
    assert first.state is AttemptState.SUCCEEDED
    assert first.payment_intent_id == again.payment_intent_id


@pytest.mark.scenario(47)
async def test_a_charge_whose_key_is_forgotten_is_looked_up_never_made_again(
    world, attempt, customer
):
    """Keys last a day; an answer that was lost longer ago is found by our own id."""
    method = await on_file(world, attempt, customer, Method.CARD, **CARD)
    charged = charging(attempt, customer, method)
    first = await world.gateway.charge_saved(charged)
    world.sandbox.control("clock/advance", seconds=2 * 86_400)
    later = replace(charged, created_at=charged.created_at - timedelta(days=2))
    found = await world.gateway.charge_saved(later)
    assert found == first
    with pytest.raises(RejectedError):
        await world.gateway.charge_saved(replace(later, attempt_id=uuid4().hex))


@pytest.mark.scenario(12)
async def test_a_bank_account_saved_without_a_charge_is_charged_and_processing(
    world, attempt, customer
):
    method = await on_file(world, attempt, customer, Method.BANK, **BANK)
    assert method.kind is Method.BANK
    [setup] = (await world.stripe.v1.setup_intents.list_async({"customer": customer})).data
    mandate = await world.stripe.v1.mandates.retrieve_async(setup.mandate)
    assert (mandate.status, mandate.type) == ("active", "multi_use")
    assert mandate.payment_method == method.method_id
    charges = await world.stripe.v1.payment_intents.list_async({"customer": customer})
    assert charges.data == []
    seen = await world.gateway.charge_saved(charging(attempt, customer, method))
    assert seen.state is AttemptState.PROCESSING
    assert seen.method is Method.BANK


@pytest.mark.scenario(25)
async def test_a_saved_card_that_wants_its_holder_says_so(world, attempt, customer):
    wish = replace(attempt, customer_id=customer, save_method=True, kinds=(Method.CARD,))
    page = await world.gateway.start_checkout(wish, accepts_bank=False, accepts_card=True)
    opened = replace(wish, session_id=page.session_id)
    await world.pay_by_a_card_that_asks(opened)
    await world.answer_the_bank(opened, passed=True)
    seen = await world.gateway.attempt_state(opened)
    with pytest.raises(ActionRequiredError):
        await world.gateway.charge_saved(charging(attempt, customer, seen.saved))


async def test_a_saved_card_that_is_declined_later_says_why(world, attempt, customer):
    method = await on_file(
        world, attempt, customer, Method.CARD, kind="card", number="4000000000000341"
    )
    with pytest.raises(DeclinedError) as declined:
        await world.gateway.charge_saved(charging(attempt, customer, method))
    assert "declined" in declined.value.reason


@pytest.mark.scenario(20)
async def test_a_method_that_was_forgotten_cannot_be_charged(world, attempt, customer):
    method = await on_file(world, attempt, customer, Method.CARD, **CARD)
    assert (await world.gateway.method_state(method.method_id, None)) == method
    for _ in range(2):
        await world.gateway.detach_method(method.method_id, None)
    assert await world.gateway.method_state(method.method_id, None) is None
    with pytest.raises(RejectedError):
        await world.gateway.charge_saved(charging(attempt, customer, method))
