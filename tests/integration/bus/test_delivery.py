"""What is committed arrives, once, in order, however many tell it."""

import asyncio
from types import SimpleNamespace

import aio_pika
import pytest

from shared.contracts.portal import AgreementSignedV1, LinkOpenedV1
from shared.messaging.inbox import INBOX, Inbox
from shared.messaging.outbox import OUTBOX, Outbox
from shared.messaging.publisher import PublishFailedError
from shared.messaging.reading import DeliveryReader
from shared.messaging.subscription import Subscription, one_by_one
from shared.messaging.topology import UNROUTED, declare
from tests.support.bus import (
    effects,
    eventually,
    handled,
    opening,
    publish,
    remembering,
    tell,
    write_effect,
)
from tools.samples import published, sample


async def test_what_was_committed_arrives_once_and_in_order(bus):
    async with bus.store("billing") as store, bus.relay("portal") as portal:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            for start in range(0, 500, 50):
                await tell(portal, "portal", *(opening(n) for n in range(start, start + 50)))

            await eventually(lambda: handled(store, 500))

        assert await effects(store) == [f"link-{n}" for n in range(500)]


async def test_what_was_not_committed_is_never_told(bus):
    async with bus.store("billing") as store, bus.relay("portal") as portal:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            with pytest.raises(LookupError):
                await _tell_and_fail(portal)
            await tell(portal, "portal", opening(2))

            await eventually(lambda: handled(store, 1))

        assert await effects(store) == ["link-2"]


async def _tell_and_fail(store):
    async def work(session):
        await Outbox(store, "portal").add([opening(1)], session)
        raise LookupError

    await store.transaction(work)


async def test_a_message_is_on_disk_and_says_what_it_is(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    async with bus.relay("portal") as portal:
        await tell(portal, "portal", opening(1))
        await eventually(lambda: bus.ready("billing.events"))
        row = await portal[OUTBOX.name].find_one()

    connection = await aio_pika.connect(bus.rabbit_url("billing"))
    async with connection:
        channel = await connection.channel()
        message = await (await channel.get_queue("billing.events")).get()
        await message.ack()

    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    assert message.content_type == "application/json"
    assert (message.message_id, message.type) == (row["_id"], LinkOpenedV1.name)
    assert message.correlation_id == row["correlation_id"]
    assert message.body.decode() == row["body"]


async def test_an_event_nobody_listens_to_is_kept_for_the_operator(bus):
    async with bus.relay("portal") as portal:
        await tell(portal, "portal", opening(1))

        await eventually(lambda: bus.ready(UNROUTED))
        await eventually(lambda: portal[OUTBOX.name].find_one({"state": "sent"}))


async def test_a_message_no_queue_takes_is_not_taken_for_sent(bus):
    await declare(bus.rabbit_url("billing"), "billing", [])
    async with bus.publisher("billing") as publisher:
        lost = {"exchange": "billing.redelivery", "routing_key": "billing.nowhere"}
        with pytest.raises(PublishFailedError):
            await publish(publisher, opening(1), **lost)


async def test_no_more_messages_are_in_hand_than_four_batches(bus):
    hold = asyncio.Event()

    async def wait(deliveries, session):
        await hold.wait()

    async with bus.store("billing") as store:
        subscription = Subscription((LinkOpenedV1,), wait, batch_max=5)
        async with bus.consumer("billing", store, subscription) as consumer:
            async with bus.publisher("portal") as publisher:
                await asyncio.gather(*(publish(publisher, opening(n)) for n in range(50)))

            await eventually(lambda: _is(bus, "billing.events", 30))
            # Twenty are in hand: the batch being worked on, of one to five, and the rest behind it.
            await eventually(lambda: _read(consumer, 15))
            assert consumer._queue.qsize() <= 19
            hold.set()
            await eventually(lambda: _is(bus, "billing.events", 0))


async def _read(consumer, at_least):
    return consumer._queue.qsize() >= at_least


async def _is(bus, queue, count):
    return await bus.ready(queue) == count


async def test_eight_copies_at_once_have_one_effect(bus):
    async with bus.store("billing") as store:
        subscription = remembering(store, LinkOpenedV1)
        async with bus.consumer("billing", store, subscription):
            async with bus.publisher("portal") as publisher:
                copy = {"message_id": "e1", "body": _body()}
                copies = [publish(publisher, opening(1), **copy) for _ in range(8)]
                await asyncio.gather(*copies, publish(publisher, opening(2)))
            await eventually(lambda: handled(store, 2))
            await eventually(lambda: _is(bus, "billing.events", 0))

        assert sorted(await effects(store)) == ["link-1", "link-2"]


async def test_eight_instances_that_get_a_copy_each_write_one_effect(bus):
    async with bus.store("billing") as store:
        subscription = remembering(store, LinkOpenedV1)
        delivery = _delivery()
        inboxes = [Inbox(store, "billing", subscription) for _ in range(8)]

        await asyncio.gather(*(inbox.apply([delivery]) for inbox in inboxes))

        assert len(await effects(store)) == 1
        assert await store[INBOX.name].count_documents({}) == 1


async def test_what_a_failing_handler_wrote_is_gone_and_so_is_its_inbox_row(bus):
    tries = []

    async def fail_once(delivery, session):
        await write_effect(store, delivery, session)
        tries.append(await store[INBOX.name].count_documents({}))
        if len(tries) == 1:
            raise LookupError

    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, one_by_one({LinkOpenedV1: fail_once})):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(1))
            await eventually(lambda: handled(store, 1))

        assert tries == [0, 0]
        assert await effects(store) == ["link-1"]
        assert await store[INBOX.name].count_documents({}) == 1


async def test_known_and_new_events_of_one_batch_are_told_apart(bus):
    async with bus.store("billing") as store:
        inbox = Inbox(store, "billing", remembering(store, LinkOpenedV1))
        first, second, third = (_delivery(f"e{n}", n) for n in range(3))

        await inbox.apply([first])
        await inbox.apply([first, second, second])
        await inbox.apply([second, third, first])
        await inbox.apply([])

        assert await effects(store) == ["link-0", "link-1", "link-2"]


async def test_one_event_reaches_everybody_who_listens(bus):
    async with bus.store("billing") as billing, bus.store("scheduling") as scheduling:
        async with (
            bus.consumer("billing", billing, remembering(billing, LinkOpenedV1)),
            bus.consumer("scheduling", scheduling, remembering(scheduling, AgreementSignedV1)),
            bus.publisher("portal") as publisher,
        ):
            await publish(publisher, opening(1))
            await publish(publisher, sample(AgreementSignedV1))
            await eventually(lambda: handled(billing, 1))
            await eventually(lambda: handled(scheduling, 1))

        assert await effects(billing) == ["link-1"]
        assert await effects(scheduling) == ["agreement-1"]


def _body(number=1, event_id="e1"):
    data = opening(number).model_dump(mode="json")
    envelope = published(LinkOpenedV1).model_copy(update={"id": event_id, "data": data})
    return envelope.model_dump_json().encode()


def _delivery(event_id="e1", number=1):
    message = SimpleNamespace(body=_body(number, event_id), headers={}, type=LinkOpenedV1.name)
    return DeliveryReader((LinkOpenedV1,)).read(message)
