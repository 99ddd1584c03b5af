"""Broker and database go away under load and come back: nothing is lost, nothing is doubled."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from shared.contracts.portal import LinkOpenedV1
from shared.messaging.outbox import OUTBOX
from shared.messaging.publisher import PublishFailedError
from shared.messaging.subscription import Subscription, one_by_one
from shared.messaging.topology import dead_queue
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


@asynccontextmanager
async def load(portal):
    """Commits one event after the other until the block is left; gives the count so far."""
    told = []
    ends = asyncio.Event()

    async def tell_on():
        while not ends.is_set():
            await tell_surely(portal, opening(len(told)))
            told.append(len(told))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(tell_on())
    yield told
    ends.set()
    await task


async def tell_surely(portal, event):
    """What a client does that was told 503; which of several commits counted does not matter."""
    while True:
        try:
            await tell(portal, "portal", event)
        except OSError:
            raise
        except Exception:  # noqa: BLE001 - whatever the outage looks like from here
            await asyncio.sleep(0.1)
        else:
            return


async def more(told, count):
    """Wait until so many more have been committed."""
    goal = len(told) + count
    await eventually(lambda: _reached(told, goal), within=40)


async def _reached(told, goal):
    return len(told) >= goal


async def all_arrived(store, portal):
    rows = [row["_id"] async for row in portal[OUTBOX.name].find({}, {"_id": 1})]
    await eventually(lambda: handled(store, len(rows)), within=40)
    known = [row["event_id"] async for row in store["effects"].find({}, {"event_id": 1})]
    assert sorted(known) == sorted(rows)


@pytest.mark.timeout(150)
async def test_the_broker_is_killed_and_restarted_under_load(bus):
    async with (
        bus.store("billing") as store,
        bus.relay("portal") as portal,
        bus.consumer("billing", store, remembering(store, LinkOpenedV1)) as consumer,
    ):
        async with load(portal) as told:
            await more(told, 30)
            await asyncio.to_thread(bus.restart, "rabbitmq")
            await eventually(consumer.consuming, within=30)
            await more(told, 30)
        await all_arrived(store, portal)
        assert await bus.ready(dead_queue("billing")) == 0


@pytest.mark.timeout(150)
async def test_the_database_is_killed_and_restarted_under_load(bus):
    async with (
        bus.store("billing") as store,
        bus.relay("portal") as portal,
        bus.consumer("billing", store, remembering(store, LinkOpenedV1)),
    ):
        async with load(portal) as told:
            await more(told, 30)
            await asyncio.to_thread(bus.restart, "mongo")
            await more(told, 30)
        await all_arrived(store, portal)
        assert await bus.ready(dead_queue("billing")) == 0


@pytest.mark.timeout(120)
async def test_while_the_database_is_away_messages_wait_and_do_not_die(bus):
    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(0))
                await eventually(lambda: handled(store, 1))
                await asyncio.to_thread(bus.kill, "mongo")
                for n in range(1, 20):
                    await publish(publisher, opening(n))
            # longer than all the delays after which a failed message would be dead
            await asyncio.sleep(3)
            assert await bus.ready(dead_queue("billing")) == 0
            await asyncio.to_thread(bus.start, "mongo")
            await eventually(lambda: handled(store, 20), within=40)
            assert await bus.ready(dead_queue("billing")) == 0

        assert sorted(await effects(store)) == sorted(f"link-{n}" for n in range(20))


@pytest.mark.timeout(120)
async def test_a_stuck_broker_is_a_failed_publish_and_never_a_cancellation(bus):
    async with (
        bus.store("billing") as store,
        bus.consumer("billing", store, remembering(store, LinkOpenedV1)),
    ):
        async with bus.publisher("portal") as publisher:
            await asyncio.to_thread(bus.stack.pause, "rabbitmq")
            frozen = time.monotonic()
            outcomes = []
            while time.monotonic() - frozen < 22:  # until the heartbeat gives the broker up
                outcomes += await asyncio.gather(
                    *(publish(publisher, opening(n)) for n in range(3)), return_exceptions=True
                )
                await asyncio.sleep(0.2)
            bus.stack.resume("rabbitmq")
            # the first three may have been under way before the broker froze
            assert {type(outcome) for outcome in outcomes[3:]} == {PublishFailedError}
            assert any("before the confirm" in str(outcome) for outcome in outcomes)
            await eventually(lambda: _published(publisher), within=30)
        await eventually(lambda: handled(store, 1))


async def _published(publisher):
    try:
        return await publish(publisher, opening(99))
    except PublishFailedError:
        return None


async def test_a_publish_that_is_really_cancelled_is_cancelled(bus):
    async with bus.publisher("portal") as publisher:
        await asyncio.to_thread(bus.stack.pause, "rabbitmq")
        task = asyncio.create_task(publish(publisher, opening(1)))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        bus.stack.resume("rabbitmq")


async def test_a_stop_finishes_what_is_in_hand(bus):
    began = asyncio.Event()

    async def slow(deliveries, session):
        began.set()
        await asyncio.sleep(1)
        for delivery in deliveries:
            await write_effect(store, delivery, session)

    async with bus.store("billing") as store:
        async with bus.publisher("portal") as publisher:
            async with bus.consumer(
                "billing", store, Subscription((LinkOpenedV1,), slow, batch_max=2)
            ):
                await asyncio.gather(*(publish(publisher, opening(n)) for n in range(4)))
                await began.wait()
            done = len(await effects(store))

        assert done + await bus.ready("billing.events") == 4
        assert done >= 2


async def test_a_stopped_consumer_gives_back_what_it_did_not_finish(bus):
    async def stuck(delivery, session):
        await asyncio.sleep(3600)

    async with bus.store("billing") as store:
        async with bus.publisher("portal") as publisher:
            consuming = bus.consumer("billing", store, one_by_one({LinkOpenedV1: stuck}))
            consumer = await consuming.__aenter__()
            await publish(publisher, opening(1))
            await eventually(lambda: _nothing_ready(bus))
            consumer._worker.cancel()  # as if it never came to an end
            await consuming.__aexit__(None, None, None)
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            await eventually(lambda: handled(store, 1))


async def _nothing_ready(bus):
    return await bus.ready("billing.events") == 0


async def test_a_stuck_broker_does_not_keep_a_service_from_leaving(bus):
    async with bus.store("billing") as store:
        consuming = bus.consumer("billing", store, remembering(store, LinkOpenedV1))
        await consuming.__aenter__()
        await asyncio.to_thread(bus.stack.pause, "rabbitmq")
        began = time.monotonic()
        await consuming.__aexit__(None, None, None)
        assert time.monotonic() - began < 12
        bus.stack.resume("rabbitmq")
        await _end_as_a_process_would()


async def _end_as_a_process_would():
    """What the libraries still wait for ends here, and not in the middle of another test."""
    while left := asyncio.all_tasks() - {asyncio.current_task()}:
        for task in left:
            task.cancel()
        await asyncio.wait(left, timeout=1)
