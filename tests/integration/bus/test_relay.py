"""The outbox leaves in order, by one relay at a time, whatever becomes of that relay."""

import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta

import aio_pika

from shared.contracts.portal import LinkOpenedV1
from shared.messaging.outbox import OUTBOX
from shared.messaging.relay import BATCH_MAX, LEASE, LEASES, Relay
from shared.messaging.topology import declare
from tests.support.bus import effects, eventually, handled, opening, remembering, tell

RELAY = """
import asyncio, sys
from shared.messaging.relay import Relay
from shared.mongo import Store

async def main():
    await Relay(Store(sys.argv[1], "portal"), sys.argv[2]).run()

asyncio.run(main())
"""


async def relay_process(bus, **environment):
    """A relay in a process of its own, which can be killed."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RELAY,
        bus.mongo_url("portal"),
        bus.rabbit_url("portal"),
        env={"PATH": os.defpath, **environment},
    )


async def waiting(store):
    return await store[OUTBOX.name].count_documents({"state": "waiting"})


async def taken(bus, count):
    """The message ids in billing's queue, in their order."""
    connection = await aio_pika.connect(bus.rabbit_url("billing"))
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue("billing.events")
        messages = [await queue.get(no_ack=True) for _ in range(count)]
    return [message.message_id for message in messages]


async def in_order(store):
    return [row["_id"] async for row in store[OUTBOX.name].find().sort("seq", 1)]


async def test_two_relays_never_send_the_same_row(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    async with bus.relay("portal") as portal, bus.store("portal") as second:
        rival = asyncio.create_task(bus.relaying("portal", second))
        for start in range(0, 300, 30):
            await tell(portal, "portal", *(opening(n) for n in range(start, start + 30)))
        await eventually(lambda: _sent(portal, 300))
        rival.cancel()
        await asyncio.wait({rival})

        assert await bus.ready("billing.events") == 300
        assert await taken(bus, 300) == await in_order(portal)


async def _sent(store, count):
    return await store[OUTBOX.name].count_documents({"state": "sent"}) == count


async def test_order_is_kept_across_batches(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    count = 2 * BATCH_MAX + 50
    async with bus.store("portal") as portal:
        for start in range(0, count, 150):
            await tell(portal, "portal", *(opening(n) for n in range(start, start + 150)))
        async with bus.relay("portal"):
            await eventually(lambda: _sent(portal, count))

        assert await taken(bus, count) == await in_order(portal)


async def test_another_relay_takes_over_from_one_killed_between_send_and_mark(bus, tmp_path):
    crashes = tmp_path / "crashes"
    async with bus.store("billing") as store, bus.store("portal") as portal:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            await tell(portal, "portal", *(opening(n) for n in range(60)))
            doomed = await relay_process(
                bus, CRASH_POINTS="relay.confirmed-not-marked:1", CRASH_LOG=str(crashes)
            )
            assert await doomed.wait() == 137
            assert crashes.read_text() == "relay.confirmed-not-marked\n"
            assert await waiting(portal) == 60
            await tell(portal, "portal", *(opening(n) for n in range(60, 80)))

            died = time.monotonic()
            async with bus.relay("portal"):
                await eventually(lambda: _sent(portal, 80), within=30)
            assert time.monotonic() - died < LEASE.total_seconds() + 10
            await eventually(lambda: handled(store, 80))
            await eventually(lambda: _nothing_left(bus))

        assert await effects(store) == [f"link-{n}" for n in range(80)]


async def _nothing_left(bus):
    return await bus.ready("billing.events") == 0


async def test_a_relay_that_ends_in_peace_hands_over_at_once(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    async with bus.relay("portal") as portal:
        await tell(portal, "portal", opening(1))
        await eventually(lambda: _sent(portal, 1))
    async with bus.relay("portal") as portal:
        began = time.monotonic()
        await tell(portal, "portal", opening(2))
        await eventually(lambda: _sent(portal, 2))

    assert time.monotonic() - began < LEASE.total_seconds()


async def test_a_relay_without_the_lease_sends_nothing(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    async with bus.store("portal") as portal:
        await portal[LEASES.name].insert_one(
            {"_id": "relay", "holder": "somebody else", "until": _in_an_hour()}
        )
        async with bus.relay("portal"):
            relay = Relay(portal, bus.rabbit_url("portal"))
            await tell(portal, "portal", opening(1))

            assert not await relay._hold_lease()
            await portal[LEASES.name].update_one({}, {"$set": {"until": _long_ago()}})
            await eventually(lambda: _sent(portal, 1))
        assert await bus.ready("billing.events") == 1


def _in_an_hour():
    return datetime.now(UTC) + timedelta(hours=1)


def _long_ago():
    return datetime.fromtimestamp(0, UTC)


async def test_a_commit_wakes_the_relay_without_waiting_for_the_poll(bus):
    await declare(bus.rabbit_url("billing"), "billing", [LinkOpenedV1.name])
    async with bus.relay("portal") as portal:
        await tell(portal, "portal", opening(0))
        await eventually(lambda: _sent(portal, 1))
        delays = []
        for n in range(1, 6):
            began = time.monotonic()
            await tell(portal, "portal", opening(n))
            await eventually(lambda n=n: _sent(portal, n + 1))
            delays.append(time.monotonic() - began)

    assert sorted(delays)[2] < 1.0  # polling alone takes up to two seconds
