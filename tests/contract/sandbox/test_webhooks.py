"""Events on their way: signed, retried, and in trouble on demand."""

import time

import pytest
import stripe

from tests.contract.sandbox.running import SECRET, Receiver, eventually


async def some_payment(api, **options):
    return await api.v1.payment_intents.create_async(
        {"amount": 5_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True},
        options,
    )


async def test_a_changed_byte_or_another_secret_is_noticed(api, received):
    await some_payment(api)
    received.wait_for("payment_intent.succeeded")
    delivery = received.deliveries[0]
    assert stripe.Webhook.construct_event(delivery.raw, delivery.signature, SECRET)
    for raw, secret in ((delivery.raw + b" ", SECRET), (delivery.raw, "whsec_other")):
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.Webhook.construct_event(raw, delivery.signature, secret)


async def test_signatures_are_fresh_however_far_the_clock_was_moved(api, sandbox, received):
    sandbox.control("clock/advance", seconds=10 * 24 * 3_600)
    paid = await some_payment(api)
    event = received.wait_for("payment_intent.succeeded", paid.id)
    assert event["created"] > time.time() + 9 * 24 * 3_600


async def test_a_refused_delivery_is_tried_again(api, received):
    received.refuse = 3
    paid = await some_payment(api)
    for event_type in ("payment_intent.created", "charge.succeeded", "payment_intent.succeeded"):
        received.wait_for(event_type, paid.id)
    assert len(received.refused) == 3


async def test_what_was_lost_is_found_by_listing_and_can_be_sent_again(api, sandbox, received):
    sandbox.control("faults/webhooks", kind="drop", count=3)
    paid = await some_payment(api)
    other = await api.v1.customers.create_async({"name": "Ellen"})
    received.wait_for("customer.created", other.id)
    assert received.of(paid.id) == []
    lost = await api.v1.events.list_async({"delivery_success": False})
    assert {event.type for event in lost.data} == {
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
    }
    only = await api.v1.events.list_async(
        {"delivery_success": False, "types": ["payment_intent.succeeded", "charge.refunded"]}
    )
    assert [event.data.object["id"] for event in only.data] == [paid.id]


async def test_dropped_events_arrive_after_all_when_redelivered(api, sandbox, received):
    sandbox.control("faults/webhooks", kind="drop", count=99)
    paid = await some_payment(api)
    sandbox.control("faults", "DELETE")
    answer = sandbox.http.post("/_sandbox/webhooks/redeliver", json={})
    assert answer.json() == {"queued": 3}
    received.wait_for("payment_intent.succeeded", paid.id)
    event = (await api.v1.events.list_async({"type": "payment_intent.succeeded"})).data[0]
    eventually(
        lambda: sandbox.look("webhooks")["counts"] == {"delivered": 3}, "all to be delivered"
    )
    assert (await api.v1.events.retrieve_async(event.id)).pending_webhooks == 0
    assert len((await api.v1.events.list_async({"delivery_success": True})).data) == 3


async def test_a_duplicate_is_the_same_event_again(api, sandbox, received):
    sandbox.control("faults/webhooks", kind="duplicate", count=1, extra=4)
    customer = await api.v1.customers.create_async({"name": "Ellen"})
    eventually(lambda: len(received.of(customer.id)) == 5, "five copies")
    assert len({event["id"] for event in received.of(customer.id)}) == 1


async def test_a_delayed_event_is_overtaken(api, sandbox, received):
    sandbox.control("faults/webhooks", kind="delay", count=1, seconds=1.0)
    late = await api.v1.customers.create_async({"name": "Late"})
    soon = await api.v1.customers.create_async({"name": "Soon"})
    received.wait_for("customer.created", soon.id)
    assert received.of(late.id) == []
    received.wait_for("customer.created", late.id)


async def test_nothing_is_sent_while_paused_and_everything_after(api, sandbox, received):
    sandbox.control("webhooks/pause")
    paid = await some_payment(api)
    assert sandbox.look("webhooks")["counts"] == {"pending": 3}
    assert received.of(paid.id) == []
    sandbox.control("webhooks/resume")
    received.wait_for("payment_intent.succeeded", paid.id)


async def test_standing_trouble_touches_about_as_many_as_told(api, sandbox, received):
    sandbox.control("webhooks/mischief", duplicate_rate=1.0, reorder_rate=1.0)
    paid = await some_payment(api)
    eventually(lambda: len(received.of(paid.id)) == 6, "every event twice")
    sandbox.control("webhooks/mischief", drop_rate=1.0)
    gone = await some_payment(api)
    sandbox.control("webhooks/mischief", drop_rate=0)
    last = await api.v1.customers.create_async({"name": "Ellen"})
    received.wait_for("customer.created", last.id)
    assert received.of(gone.id) == []


async def test_the_list_of_events_is_what_was_received(api, sandbox, received):
    for _ in range(3):
        await some_payment(api)
    listed = {event.id for event in (await api.v1.events.list_async({"limit": 100})).data}
    assert len(listed) == 9
    eventually(lambda: {d.event["id"] for d in received.deliveries} >= listed, "all events")


async def test_an_endpoint_of_its_own_gets_only_what_it_asked_for(api, sandbox, received):
    own = Receiver(secrets=[])
    own.start()
    endpoint = await api.v1.webhook_endpoints.create_async(
        {"url": own.url, "enabled_events": ["charge.succeeded"]}
    )
    own.secrets.append(endpoint.secret)
    assert "secret" not in await api.v1.webhook_endpoints.retrieve_async(endpoint.id)
    paid = await some_payment(api)
    await some_payment(api, stripe_account="acct_juniper")
    own.wait_for("charge.succeeded", paid.latest_charge)
    received.wait_for("payment_intent.succeeded", paid.id)
    await api.v1.webhook_endpoints.delete_async(endpoint.id)
    await some_payment(api)
    eventually(lambda: not sandbox.look("webhooks")["counts"].get("pending"), "an empty queue")
    assert [d.event["type"] for d in own.deliveries] == ["charge.succeeded"]
    assert own.forged == []
    own.stop()


async def test_a_connect_endpoint_hears_connected_accounts_only(api, sandbox, received):
    own = Receiver(secrets=[])
    own.start()
    endpoint = await api.v1.webhook_endpoints.create_async(
        {"url": own.url, "enabled_events": ["*"], "connect": True}
    )
    own.secrets.append(endpoint.secret)
    await some_payment(api)
    theirs = await some_payment(api, stripe_account="acct_juniper")
    own.wait_for("payment_intent.succeeded", theirs.id)
    assert {d.event["account"] for d in own.deliveries} == {"acct_juniper"}
    own.stop()
