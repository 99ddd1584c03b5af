"""Calls that fail as told: the SDK's retries end with one payment."""

import pytest
import stripe

from tests.contract.sandbox.running import WatchedClient

PAYMENT = {"amount": 5_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}


@pytest.fixture
async def watched(sandbox):
    client = WatchedClient()
    yield client
    await client.close_async()


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("500", 2),
        ("500_after_commit", 2),
        ("409", 1),
        ("drop_connection", 2),
        ("drop_after_commit", 2),
    ],
)
async def test_a_call_that_fails_is_retried_with_one_key_and_pays_once(
    sandbox, watched, kind, count
):
    api = sandbox.stripe(watched)
    sandbox.control("faults/api", kind=kind, count=count, match="POST /v1/payment_intents")
    paid = await api.v1.payment_intents.create_async(PAYMENT)
    assert paid.status == "succeeded"
    assert len(watched.attempts) == count + 1
    assert len({key for _, _, key in watched.attempts}) == 1
    assert sandbox.look("totals")["acct_platform"]["charges"]["succeeded"]["count"] == 1


async def test_an_answer_that_never_comes_is_found_by_the_same_key(sandbox):
    impatient = stripe.HTTPXClient(timeout=0.5)
    api = sandbox.stripe(impatient, retries=0)
    sandbox.control("faults/api", kind="timeout_after_commit", seconds=5)
    key = {"idempotency_key": "pay-1"}
    with pytest.raises(stripe.APIConnectionError):
        await api.v1.payment_intents.create_async(PAYMENT, key)
    found = await api.v1.payment_intents.create_async(PAYMENT, key)
    assert found.last_response.headers["Idempotent-Replayed"] == "true"
    assert len((await api.v1.charges.list_async()).data) == 1
    await impatient.close_async()


async def test_too_many_requests_is_not_retried_by_the_sdk(sandbox, watched):
    api = sandbox.stripe(watched)
    sandbox.control("faults/api", kind="429")
    with pytest.raises(stripe.RateLimitError):
        await api.v1.payment_intents.create_async(PAYMENT)
    assert len(watched.attempts) == 1


async def test_a_fault_waits_for_the_path_it_was_meant_for(sandbox, watched):
    api = sandbox.stripe(watched)
    sandbox.control("faults/api", kind="429", match="POST /v1/refunds$")
    paid = await api.v1.payment_intents.create_async(PAYMENT)
    with pytest.raises(stripe.RateLimitError):
        await api.v1.refunds.create_async({"payment_intent": paid.id})
    assert sandbox.look("faults") == []
    sandbox.control("faults/api", kind="500", count=99)
    sandbox.control("faults", "DELETE")
    await api.v1.refunds.create_async({"payment_intent": paid.id})
