"""What cannot be handled comes back later, to its own service only, and then waits for somebody."""

import argparse
import asyncio
import itertools
import json
import time

import pytest
from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig
from shared.contracts.portal import LinkOpenedV1
from shared.messaging.operations import Operations
from shared.messaging.subscription import PermanentError, Subscription, one_by_one
from shared.messaging.topology import dead_queue, parked_queue
from shared.operator_commands import operator_commands
from tests.support.bus import (
    DELAYS,
    effects,
    eventually,
    handled,
    opening,
    publish,
    remembering,
    write_effect,
)


def failing(store, broken, error=LookupError, tries=None):
    """A subscription that fails for the named links while `broken` holds them."""

    async def handle(delivery, session):
        if tries is not None:
            tries.append((delivery.event.link_id, time.monotonic()))
        if delivery.event.link_id in broken:
            raise error(f"no such person: maria@example.com ({delivery.event.link_id})")
        await write_effect(store, delivery, session)

    return one_by_one({LinkOpenedV1: handle})


async def shelved(bus, store, service="billing"):
    async with bus.operations(service, store) as operations:
        return await operations.shelved()


def has(bus, queue, count):
    async def look():
        return await bus.ready(queue) == count

    return look


async def test_a_failed_message_comes_back_after_its_delays_and_then_is_dead(bus):
    tries = []
    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, failing(store, {"link-1"}, tries=tries)):
            async with bus.publisher("portal") as publisher:
                event_id = await publish(publisher, opening(1))
            await eventually(has(bus, dead_queue("billing"), 1))

        (message,) = await shelved(bus, store)

    waited = [later[1] - earlier[1] for earlier, later in itertools.pairwise(tries)]
    assert len(tries) == 1 + len(DELAYS)
    assert all(seconds >= delay for seconds, delay in zip(waited, DELAYS, strict=True))
    assert (message.id, message.type) == (event_id, LinkOpenedV1.name)
    assert message.subject.startswith("link/")
    assert message.attempts == 3
    assert message.reason == "LookupError: no such person: [mail] (link-1)"
    assert 0 <= message.age_seconds < 60


async def test_a_message_that_failed_for_one_service_is_not_repeated_for_another(bus):
    tries = {"billing": [], "scheduling": []}
    async with (
        bus.store("billing") as billing,
        bus.store("scheduling") as scheduling,
        bus.consumer("billing", billing, failing(billing, {"link-1"}, tries=tries["billing"])),
        bus.consumer(
            "scheduling", scheduling, failing(scheduling, set(), tries=tries["scheduling"])
        ),
        bus.publisher("portal") as publisher,
    ):
        await publish(publisher, opening(1))
        await eventually(has(bus, dead_queue("billing"), 1))
        await eventually(lambda: _tried(tries["scheduling"]))

    assert (len(tries["billing"]), len(tries["scheduling"])) == (3, 1)


async def _tried(tries):
    return len(tries) > 0


async def test_poison_hurts_only_itself(bus):
    poison = {"link-3", "link-17"}
    async with bus.store("billing") as store:
        async with bus.publisher("portal") as publisher:
            async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
                pass  # declares the queue, so that what follows waits as one batch
            await asyncio.gather(*(publish(publisher, opening(n)) for n in range(20)))
            async with bus.consumer("billing", store, failing(store, poison, error=PermanentError)):
                await eventually(has(bus, dead_queue("billing"), 2))
                await eventually(lambda: handled(store, 18))

        healthy = {f"link-{n}" for n in range(20)} - poison
        assert sorted(await effects(store)) == sorted(healthy)


async def test_what_can_never_work_is_dead_at_once(bus):
    tries = []
    async with bus.store("billing") as store:
        subscription = failing(store, {"link-1"}, error=PermanentError, tries=tries)
        async with bus.consumer("billing", store, subscription):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(1))
            await eventually(has(bus, dead_queue("billing"), 1))

    assert len(tries) == 1


@pytest.mark.parametrize("body", [b"not json", b"\xff\xfe", b"{}", b""])
async def test_a_malformed_message_is_dead_and_the_next_one_flows(bus, body):
    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(1), body=body)
                await publish(publisher, opening(2))
            await eventually(lambda: handled(store, 1))
            await eventually(has(bus, dead_queue("billing"), 1))

        assert await effects(store) == ["link-2"]
        assert "malformed" in (await shelved(bus, store))[0].reason


async def test_a_version_of_tomorrow_is_parked_and_replayed_after_the_upgrade(bus):
    tomorrow = "portal.link_opened.v2"
    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(1), routing_key=tomorrow, type_=tomorrow)
                await publish(publisher, opening(2))
            await eventually(has(bus, parked_queue("billing"), 1))
            await eventually(lambda: handled(store, 1))
        (parked,) = await shelved(bus, store)
        assert parked.reason == f"UnknownVersionError: {tomorrow}"

        class LinkOpenedV2(LinkOpenedV1):
            name = tomorrow

        async with bus.consumer("billing", store, remembering(store, LinkOpenedV1, LinkOpenedV2)):
            async with bus.operations("billing", store) as operations:
                assert await operations.replay(parked=True) == 1
            await eventually(lambda: handled(store, 2))

        assert await shelved(bus, store) == []
        assert await effects(store) == ["link-2", "link-1"]


async def test_a_replay_after_the_repair_empties_the_dead_letters(bus):
    broken = {f"link-{n}" for n in range(5)}
    async with bus.store("billing") as store:
        subscription = failing(store, broken, error=PermanentError)
        async with bus.consumer("billing", store, subscription):
            async with bus.publisher("portal") as publisher:
                ids = [await publish(publisher, opening(n)) for n in range(5)]
            await eventually(has(bus, dead_queue("billing"), 5))

            async with bus.operations("billing", store) as operations:
                assert await operations.replay() == 5  # nothing was repaired: all come back
                await eventually(has(bus, dead_queue("billing"), 5))
                broken.clear()
                assert await operations.replay(event_id=ids[2]) == 1
                await eventually(lambda: handled(store, 1))
                assert await effects(store) == ["link-2"]
                assert await operations.replay(event_id="somebody else's") == 0
                assert await operations.replay() == 4
            await eventually(lambda: handled(store, 5))

        assert await shelved(bus, store) == []
        assert sorted(await effects(store)) == [f"link-{n}" for n in range(5)]


async def test_a_replayed_message_has_all_its_tries_again(bus):
    tries = []
    async with (
        bus.store("billing") as store,
        bus.consumer("billing", store, failing(store, {"link-1"}, tries=tries)),
    ):
        async with bus.publisher("portal") as publisher:
            await publish(publisher, opening(1))
        await eventually(has(bus, dead_queue("billing"), 1))
        async with bus.operations("billing", store) as operations:
            await operations.replay()
        await eventually(lambda: _length(tries, 6))
        await eventually(has(bus, dead_queue("billing"), 1))


async def _length(things, count):
    return len(things) == count


async def test_looking_at_dead_letters_leaves_them_as_they_are(bus):
    async with bus.store("billing") as store:
        subscription = failing(store, {"link-1", "link-2"}, error=PermanentError)
        async with bus.consumer("billing", store, subscription):
            async with bus.publisher("portal") as publisher:
                ids = [await publish(publisher, opening(n)) for n in (1, 2)]
            await eventually(has(bus, dead_queue("billing"), 2))

        for _ in range(25):  # newer brokers drop what was given back 20 times, unless told not to
            assert sorted(m.id for m in await shelved(bus, store)) == sorted(ids)


async def test_a_crash_in_the_middle_of_a_replay_doubles_nothing(bus, monkeypatch):
    broken = {"link-1"}
    async with bus.store("billing") as store:
        async with bus.consumer("billing", store, failing(store, broken, error=PermanentError)):
            async with bus.publisher("portal") as publisher:
                await publish(publisher, opening(1))
            await eventually(has(bus, dead_queue("billing"), 1))
            broken.clear()
            published_not_acked = Operations._back

            async def dies(self, publisher, message):
                await published_not_acked(self, publisher, message)
                raise ConnectionResetError

            monkeypatch.setattr(Operations, "_back", dies)
            with pytest.raises(ConnectionResetError):
                async with bus.operations("billing", store) as operations:
                    await operations.replay()
            monkeypatch.undo()
            await eventually(lambda: handled(store, 1))
            await eventually(has(bus, dead_queue("billing"), 1))

            async with bus.operations("billing", store) as operations:
                assert await operations.replay() == 1
            await eventually(has(bus, dead_queue("billing"), 0))
            await eventually(has(bus, "billing.events", 0))

        assert await effects(store) == ["link-1"]


async def test_a_batch_too_slow_for_one_transaction_is_taken_apart(bus):
    async def slow(deliveries, session):
        for delivery in deliveries:
            await write_effect(store, delivery, session)
            await asyncio.sleep(0.9)

    async with bus.store("billing") as store:
        async with bus.publisher("portal") as publisher:
            async with bus.consumer("billing", store, remembering(store, LinkOpenedV1)):
                pass
            await asyncio.gather(*(publish(publisher, opening(n)) for n in range(8)))
            subscription = Subscription((LinkOpenedV1,), slow)
            async with bus.consumer("billing", store, subscription):
                await eventually(lambda: handled(store, 8), within=50)

        assert sorted(await effects(store)) == [f"link-{n}" for n in range(8)]


async def test_the_command_line_shows_and_replays(bus, monkeypatch, capsys):
    settings = {
        "MONGO_URL": bus.mongo_url("billing"),
        "MONGO_DATABASE": "billing",
        "RABBIT_URL": bus.rabbit_url("billing"),
        "HTTP_PORT": "9",
        "PUBLIC_URL": "http://doorstep.test",
        "SIGNING_KEY": "{}",
        "TRUSTED_KEYS": "{}",
        "ENVIRONMENT": "development",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"BILLING_{name}", value)
    parser = argparse.ArgumentParser()
    operator_commands(parser.add_subparsers(required=True), "billing", BillingSettings.load)

    async def run(*arguments):
        args = parser.parse_args([*arguments, "--json"])
        capsys.readouterr()
        await args.run(args)
        return json.loads(capsys.readouterr().out)

    async with bus.store("billing") as store:
        broken = {"link-1"}
        subscription = failing(store, broken, error=PermanentError)
        async with bus.consumer("billing", store, subscription, delays=(5, 60, 600)):
            async with bus.publisher("portal") as publisher:
                event_id = await publish(publisher, opening(1))
            await eventually(has(bus, dead_queue("billing"), 1))

            by_name = {row["queue"]: row for row in await run("queues")}
            assert by_name["billing.dead"]["ready"] == 1
            assert by_name["billing.events"]["consumers"] == 1
            assert by_name["billing.events"]["unacked"] is None  # nobody answers on port 9
            assert [message["id"] for message in await run("dead")] == [event_id]

            broken.clear()
            assert await run("replay", event_id) == [{"moved": 1}]
            await eventually(lambda: handled(store, 1))
            with pytest.raises(SystemExit, match=event_id):
                await run("replay", event_id)
            assert await run("outbox") == []


class BillingSettings(ServiceConfig):
    model_config = SettingsConfigDict(env_prefix="BILLING_", frozen=True, extra="ignore")
