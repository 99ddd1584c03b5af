"""A key that the processor knows for another request is a fault of ours: loud, and harmless.

It happens when a release changes what is sent while an answer is still out. What was done under
the key is looked up; nothing is charged or given back a second time, and nothing is called failed
that went through.
"""

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from services.billing.domain.attempt import AttemptState
from services.billing.domain.payment import Method
from services.billing.domain.refund import RefundState
from services.billing.usecases.ports import KeyConflictError, RejectedError
from tests.contract.billing import test_methods_on_file
from tests.contract.billing.conftest import a_refund
from tests.contract.billing.test_methods_on_file import CARD, charging, on_file

world, customer = test_methods_on_file.world, test_methods_on_file.customer


def counted() -> float:
    return REGISTRY.get_sample_value("doorstep_stripe_key_conflicts_total") or 0


@pytest.fixture
def loud():
    """The conflict must be an error in the log and one more in the metric."""
    before = counted()
    with capture_logs() as lines:
        yield
    assert [line["log_level"] for line in lines if line["event"] == "stripe_key_conflict"] == [
        "error"
    ]
    assert counted() == before + 1


@pytest.fixture
async def paid(world, attempt):
    page = await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    opened = replace(attempt, session_id=page.session_id)
    await world.pay_by_card(opened)
    seen = await world.gateway.attempt_state(opened)
    return replace(opened, payment_intent_id=seen.payment_intent_id, state=seen.state)


async def given_back(world, paid):
    listed = await world.stripe.v1.refunds.list_async({"payment_intent": paid.payment_intent_id})
    return [refund.amount for refund in listed.data]


@pytest.mark.scenario(58)
@pytest.mark.usefixtures("loud")
async def test_a_refund_that_was_made_under_the_key_is_found_not_called_failed(world, paid):
    refund = a_refund(paid, 20_000)
    await world.stripe.v1.refunds.create_async(
        {
            "payment_intent": paid.payment_intent_id,
            "amount": refund.amount_cents,
            "metadata": {"refund_id": refund.refund_id},
        },
        {"idempotency_key": refund.key},
    )
    seen = await world.gateway.refund(refund, paid)
    assert (seen.refund_id, seen.amount_cents) == (refund.refund_id, 20_000)
    assert seen.state is RefundState.SUCCEEDED
    assert await given_back(world, paid) == [20_000]


@pytest.mark.scenario(58)
@pytest.mark.usefixtures("loud")
async def test_a_refund_whose_key_served_another_one_was_not_made(world, paid):
    refund = a_refund(paid, 20_000)
    await world.stripe.v1.refunds.create_async(
        {"payment_intent": paid.payment_intent_id, "amount": 5_000},
        {"idempotency_key": refund.key},
    )
    with pytest.raises(KeyConflictError):
        await world.gateway.refund(refund, paid)
    assert await given_back(world, paid) == [5_000]


@pytest.mark.scenario(58)
@pytest.mark.usefixtures("loud")
async def test_a_charge_that_was_made_under_the_key_is_found_and_no_second_one_made(
    world, attempt, customer
):
    method = await on_file(world, attempt, customer, Method.CARD, **CARD)
    charge = charging(attempt, customer, method)
    made = await world.gateway.charge_saved(charge)
    assert made.state is AttemptState.SUCCEEDED
    found = await world.gateway.charge_saved(replace(charge, description="In other words"))
    assert found == made


@pytest.mark.scenario(58)
@pytest.mark.usefixtures("loud")
async def test_a_charge_whose_key_served_another_one_was_never_made(world, attempt, customer):
    method = await on_file(world, attempt, customer, Method.CARD, **CARD)
    charge = charging(attempt, customer, method)
    await world.stripe.v1.payment_intents.create_async(
        {"amount": 500, "currency": "usd"}, {"idempotency_key": charge.key}
    )
    with pytest.raises(RejectedError):
        await world.gateway.charge_saved(charge)


@pytest.mark.scenario(58)
@pytest.mark.usefixtures("loud")
async def test_a_page_for_another_amount_under_the_same_key_is_not_opened(world, attempt):
    await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    with pytest.raises(KeyConflictError):
        await world.gateway.start_checkout(
            replace(attempt, amount_cents=1), accepts_bank=True, accepts_card=True
        )
