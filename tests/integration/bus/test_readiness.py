"""Readiness says what is, at once when it turns bad and again when it heals."""

import asyncio
import math
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

import aio_pika
import pytest
from bson import ObjectId
from prometheus_client import REGISTRY
from pymongo import MongoClient
from pymongo.errors import AutoReconnect

from deploy.product import OPERATOR
from shared import runtime as runtime_module
from shared.contracts.portal import LinkOpenedV1
from shared.messaging.outbox import OUTBOX
from shared.messaging.topology import UNROUTED
from shared.mongo import Store
from shared.runtime import Runtime
from tests.support.bus import (
    EFFECTS,
    effects,
    eventually,
    handled,
    opening,
    publish,
    remembering,
)

WELL = {"started": True, "database": True, "outbox": True, "consumer": True}


@pytest.fixture(autouse=True)
def signals(monkeypatch):
    """A runtime that gives up sends its process a signal; this process is the test run's."""
    sent = []
    monkeypatch.setattr(runtime_module.os, "kill", lambda pid, number: sent.append(number))
    return sent


@asynccontextmanager
async def running(bus, **changes):
    """The runtime of a service that remembers links; with its store."""
    store = Store(bus.mongo_url("billing"), "billing")
    runtime = Runtime(
        service="billing",
        store=store,
        rabbit_url=bus.rabbit_url("billing"),
        subscription=remembering(store, LinkOpenedV1),
        collections=(EFFECTS,),
        **changes,
    )
    await runtime.start()
    try:
        yield runtime, store
    finally:
        await runtime.stop()


async def says(runtime, **expected):
    readiness = await runtime.readiness()
    return readiness.checks if readiness.checks.items() >= expected.items() else None


def well(runtime):
    return lambda: says(runtime, **WELL)


async def test_a_service_is_ready_when_everything_is_there(bus):
    async with running(bus) as (runtime, store):
        await eventually(well(runtime))
        assert (await runtime.readiness()).ready
        async with bus.publisher("portal") as publisher:
            await publish(publisher, opening(1))
        await eventually(lambda: effects(store))
        await runtime.stop()
        assert not (await runtime.readiness()).ready


async def test_a_service_is_not_ready_before_it_has_begun(bus):
    store = Store(bus.mongo_url("billing"), "billing")
    runtime = Runtime(
        service="billing",
        store=store,
        rabbit_url=bus.rabbit_url("billing"),
        subscription=None,
        collections=(),
    )

    assert not (await runtime.readiness()).ready
    await runtime.start()
    await eventually(lambda: says(runtime, started=True, database=True, outbox=True))
    assert "consumer" not in (await runtime.readiness()).checks
    await runtime.stop()


@pytest.mark.timeout(120)
async def test_broker_and_database_may_come_later_in_any_order(bus):
    await asyncio.to_thread(bus.kill, "rabbitmq")
    await asyncio.to_thread(bus.kill, "mongo")
    async with running(bus) as (runtime, _store):
        assert not (await runtime.readiness()).ready
        await asyncio.to_thread(bus.start, "rabbitmq")
        assert (await runtime.readiness()).checks["database"] is False
        await asyncio.to_thread(bus.start, "mongo")
        await eventually(well(runtime), within=40)


@pytest.mark.timeout(120)
async def test_a_dead_broker_is_no_consumer_and_heals(bus):
    async with running(bus) as (runtime, _store):
        await eventually(well(runtime))
        await asyncio.to_thread(bus.kill, "rabbitmq")
        await eventually(lambda: says(runtime, consumer=False))
        await asyncio.to_thread(bus.start, "rabbitmq")
        await eventually(well(runtime), within=40)


def step_down(bus):
    """No primary for three seconds; the server closes its connections meanwhile."""
    client = MongoClient(bus.mongo_url(OPERATOR), directConnection=True)
    with client, suppress(AutoReconnect):
        client.admin.command("replSetStepDown", 3, force=True)


async def test_a_primary_that_steps_down_is_no_database_and_heals(bus):
    async with running(bus) as (runtime, _store):
        await eventually(well(runtime))
        step_down(bus)
        await eventually(lambda: says(runtime, database=False))
        await eventually(well(runtime), within=30)


def row_of(at):
    """An event in the outbox since then."""
    row = {"seq": ObjectId(), "state": "waiting", "at": at, "type": "billing.x.v1"}
    return row | {"body": "{}", "trace": {}, "correlation_id": "r1"}


async def oldest_seconds(runtime):
    await runtime.measure()
    return REGISTRY.get_sample_value("doorstep_outbox_oldest_seconds")


async def test_the_age_of_the_outbox_is_true_though_another_relay_holds_the_lease(bus):
    async with running(bus) as (runtime, store):
        await eventually(well(runtime))
        an_hour = timedelta(hours=1)
        await store["leases"].update_one(
            {"_id": "relay"}, {"$set": {"holder": "rival", "until": datetime.now(UTC) + an_hour}}
        )
        await store[OUTBOX.name].insert_one(row_of(datetime.now(UTC) - an_hour))
        assert await oldest_seconds(runtime) == pytest.approx(3600, abs=30)

        await store[OUTBOX.name].update_one({}, {"$set": {"state": "sent"}})
        assert await oldest_seconds(runtime) == 0


@pytest.mark.timeout(120)
async def test_the_age_of_the_outbox_is_true_while_a_backing_service_is_away(bus):
    await asyncio.to_thread(bus.kill, "rabbitmq")
    async with running(bus) as (runtime, store):
        await store[OUTBOX.name].insert_one(row_of(datetime.now(UTC) - timedelta(minutes=5)))
        assert await oldest_seconds(runtime) == pytest.approx(300, abs=30)
        await asyncio.to_thread(bus.kill, "mongo")
        assert math.isnan(await oldest_seconds(runtime))


async def test_events_that_do_not_leave_make_a_service_unready(bus):
    async with running(bus) as (runtime, store):
        await eventually(well(runtime))
        long_ago = datetime.now(UTC) - timedelta(minutes=5)
        await store["leases"].update_one(
            {"_id": "relay"},
            {"$set": {"holder": "stuck", "until": datetime.now(UTC) + timedelta(hours=1)}},
        )
        await store[OUTBOX.name].insert_one(row_of(long_ago))

        await eventually(lambda: says(runtime, outbox=False, database=True, consumer=True))
        assert not (await runtime.readiness()).ready

        await store["leases"].delete_one({"_id": "relay"})
        await store[OUTBOX.name].update_one({}, {"$set": {"state": "sent"}})
        await eventually(well(runtime))


async def test_a_process_that_has_lost_its_worker_asks_to_be_started_anew(
    bus, monkeypatch, signals
):
    monkeypatch.setattr(runtime_module, "WATCH_SECONDS", 0.2)
    async with running(bus) as (runtime, _store):
        await eventually(well(runtime))
        runtime._consumer._worker.cancel()  # nobody works any more, all connections stand

        await eventually(lambda: says(runtime, consumer=False))
        await eventually(lambda: _any(signals))


async def _any(things):
    return bool(things)


async def test_loops_of_the_service_are_restarted_when_they_fail(bus, monkeypatch):
    monkeypatch.setattr(runtime_module, "RETRY_SECONDS", 0.05)
    rounds = []

    async def mail_sender():
        rounds.append(1)
        raise ConnectionResetError

    prepared = []

    async def prepare():
        prepared.append(1)
        if len(prepared) < 3:
            raise LookupError("not yet")

    async with running(bus, background=(mail_sender,), prepare=prepare) as (runtime, _store):
        await eventually(well(runtime))
        await eventually(lambda: _many(rounds))

    assert len(prepared) == 3


async def _many(things):
    return len(things) >= 3


async def test_a_service_whose_queue_was_deleted_is_started_anew_and_hears_again(
    bus, monkeypatch, signals
):
    monkeypatch.setattr(runtime_module, "WATCH_SECONDS", 0.2)
    async with running(bus) as (runtime, _store):
        await eventually(well(runtime))
        connection = await aio_pika.connect(bus.rabbit_url(OPERATOR))
        async with connection:
            channel = await connection.channel()
            await channel.queue_delete("billing.events")

        await eventually(lambda: says(runtime, consumer=False))
        await eventually(lambda: _any(signals))
        async with bus.publisher("portal") as publisher:
            await publish(publisher, opening(1))
    assert await bus.ready(UNROUTED) == 1, "what was told meanwhile is kept aside"

    async with running(bus) as (runtime, store):
        await eventually(well(runtime))
        async with bus.publisher("portal") as publisher:
            await publish(publisher, opening(2))
        await eventually(lambda: handled(store, 1))
        assert await effects(store) == ["link-2"]
