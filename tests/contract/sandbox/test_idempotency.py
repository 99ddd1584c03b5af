"""Idempotency-Key: one effect, one answer, whatever happens to the connection."""

import asyncio

import pytest
import stripe

from tests.contract.sandbox.running import WatchedClient, eventually

PAYMENT = {"amount": 5_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
KEY = {"idempotency_key": "pay-attempt-1"}


async def test_eight_calls_at_once_with_one_key_are_one_payment(api):
    answers = await asyncio.gather(
        *(api.v1.payment_intents.create_async(PAYMENT, KEY) for _ in range(8))
    )
    assert len({answer.id for answer in answers}) == 1
    assert len((await api.v1.charges.list_async()).data) == 1


async def test_a_repeat_is_told_from_a_first_answer(api):
    first = await api.v1.payment_intents.create_async(PAYMENT, KEY)
    second = await api.v1.payment_intents.create_async(PAYMENT, KEY)
    assert second.id == first.id
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert second.last_response.headers["Idempotent-Replayed"] == "true"


async def test_a_decline_is_replayed_too(api):
    declined = {**PAYMENT, "payment_method": "pm_card_chargeDeclined"}
    seen = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            await api.v1.payment_intents.create_async(declined, KEY)
        seen.append(refused.value.error.payment_intent.id)
    assert seen[0] == seen[1]
    assert len((await api.v1.charges.list_async()).data) == 1


async def test_a_key_belongs_to_its_parameters(api):
    await api.v1.payment_intents.create_async(PAYMENT, KEY)
    with pytest.raises(stripe.IdempotencyError) as refused:
        await api.v1.payment_intents.create_async({**PAYMENT, "amount": 6_000}, KEY)
    assert refused.value.http_status == 400
    with pytest.raises(stripe.IdempotencyError):
        await api.v1.customers.create_async({"name": "Ellen"}, KEY)


async def test_a_key_belongs_to_its_account(api):
    platform = await api.v1.payment_intents.create_async(PAYMENT, KEY)
    connected = await api.v1.payment_intents.create_async(
        PAYMENT, {**KEY, "stripe_account": "acct_juniper"}
    )
    assert connected.id != platform.id


async def test_a_forgotten_key_starts_anew_after_a_day(api, sandbox):
    first = await api.v1.payment_intents.create_async(PAYMENT, KEY)
    sandbox.control("clock/advance", seconds=23 * 3_600)
    assert (await api.v1.payment_intents.create_async(PAYMENT, KEY)).id == first.id
    sandbox.control("clock/advance", seconds=3_601)
    assert (await api.v1.payment_intents.create_async(PAYMENT, KEY)).id != first.id


async def test_a_key_in_flight_is_a_conflict(sandbox):
    client = WatchedClient()
    api = sandbox.stripe(client, retries=0)
    sandbox.control("faults/api", kind="slow", seconds=1.0)
    slow = asyncio.create_task(api.v1.payment_intents.create_async(PAYMENT, KEY))

    def under_way():
        return client.attempts and not sandbox.look("faults")

    await asyncio.to_thread(eventually, under_way, "the slow call to be under way")
    with pytest.raises(stripe.StripeError) as conflict:
        await api.v1.payment_intents.create_async(PAYMENT, KEY)
    assert conflict.value.http_status == 409
    first = await slow
    assert (await api.v1.payment_intents.create_async(PAYMENT, KEY)).id == first.id
    await client.close_async()
