"""`kill -9` in the middle: state, keys, timers and queued webhooks are all still there."""

import pytest

from tests.contract.sandbox.running import Receiver, Sandbox, WatchedClient

AGREED = {"customer_acceptance": {"type": "offline"}}


@pytest.fixture
def receiver():
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture
def mortal(tmp_path, receiver):
    sandbox = Sandbox(tmp_path, receiver)
    sandbox.start()
    yield sandbox
    sandbox.close()


async def test_a_killed_sandbox_carries_on_where_it_was(mortal, receiver):
    client = WatchedClient()
    api = mortal.stripe(client)
    mortal.control("webhooks/pause")
    key = {"idempotency_key": "pay-1"}
    card = {"amount": 5_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    paid = await api.v1.payment_intents.create_async(card, key)
    debit = await api.v1.payment_intents.create_async(
        {**card, "payment_method": "pm_usBankAccount_success", "mandate_data": AGREED}
    )
    session = await api.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "success_url": "https://portal.example/",
            "line_items": [
                {
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": 900,
                        "product_data": {"name": "Fee"},
                    }
                }
            ],
        }
    )
    mortal.control("clock/advance", seconds=100)
    mortal.control("faults/api", kind="429", match="/v1/balance")
    mortal.kill()
    mortal.start()

    assert mortal.look("clock")["ahead_seconds"] == pytest.approx(100, abs=1)
    assert [fault["kind"] for fault in mortal.look("faults")] == ["429"]
    again = await api.v1.payment_intents.create_async(card, key)
    assert again.id == paid.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert receiver.deliveries == []
    mortal.control("webhooks/resume")
    receiver.wait_for("payment_intent.succeeded", paid.id)
    receiver.wait_for("payment_intent.processing", debit.id)
    mortal.control("clock/advance", seconds=3_600)
    receiver.wait_for("payment_intent.succeeded", debit.id)
    assert mortal.http.get(session.url).status_code == 200
    assert mortal.look("totals")["acct_platform"]["charges"]["succeeded"] == {
        "count": 2,
        "cents": 10_000,
    }
    assert receiver.forged == []
    assert client.problems == []
    await client.close_async()


async def test_a_delivery_cut_off_by_the_kill_is_made_again(mortal, receiver):
    client = WatchedClient()
    api = mortal.stripe(client)
    receiver.refuse = 10_000
    customer = await api.v1.customers.create_async({"name": "Ellen"})
    mortal.kill()
    receiver.refuse = 0
    mortal.start()
    receiver.wait_for("customer.created", customer.id)
    await client.close_async()
