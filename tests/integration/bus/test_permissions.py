"""Each service's broker user and database user can do its own work and nobody else's."""

import itertools
from functools import partial

import aio_pika
import pytest
from aiormq.exceptions import AMQPError, ChannelAccessRefused
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.product import SERVICES
from shared.messaging.publisher import Publisher, PublishFailedError, connect
from shared.messaging.topology import (
    EVENTS_EXCHANGE,
    UNROUTED,
    declare,
    events_queue,
    redelivery_exchange,
)

PAIRS = [pytest.param(a, b, id=f"{a} as {b}") for a, b in itertools.permutations(SERVICES, 2)]


@pytest.fixture
async def everybody(bus):
    """Every service has declared what is its own, which also shows that it may."""
    for service in SERVICES:
        await declare(bus.rabbit_url(service), service, ["scheduling.company_changed.v1"])
    return bus


async def refused(url, attempt):
    """Whether the broker refuses it, on a channel of its own."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        try:
            await attempt(channel)
        except ChannelAccessRefused:
            return True
        except AMQPError as error:
            raise AssertionError(f"refused for another reason: {error!r}") from error
    return False


@pytest.mark.parametrize(("caller", "owner"), PAIRS)
async def test_nobody_tells_anothers_facts(everybody, caller, owner):
    connection = await connect(everybody.rabbit_url(caller))
    async with connection:
        publisher = Publisher(connection)
        await publisher.open()
        fact = {"exchange": EVENTS_EXCHANGE, "message_id": "m1", "type_": "x"}
        await publisher.publish(b"{}", routing_key=f"{caller}.something.v1", **fact)
        with pytest.raises(PublishFailedError):
            await publisher.publish(b"{}", routing_key=f"{owner}.something.v1", **fact)


@pytest.mark.parametrize(("caller", "owner"), PAIRS)
async def test_nobody_reads_writes_or_changes_anothers_queues(everybody, caller, owner):
    url = everybody.rabbit_url(caller)

    for attempt in (consume, purge, delete, shelve, listen_in):
        assert await refused(url, partial(attempt, owner)), attempt.__name__


async def consume(owner, channel):
    await (await channel.get_queue(events_queue(owner), ensure=False)).get(fail=False)


async def purge(owner, channel):
    await (await channel.get_queue(events_queue(owner), ensure=False)).purge()


async def delete(owner, channel):
    await channel.queue_delete(events_queue(owner))


async def shelve(owner, channel):
    exchange = await channel.get_exchange(redelivery_exchange(owner), ensure=False)
    await exchange.publish(aio_pika.Message(b"{}"), f"{owner}.dead")


async def listen_in(owner, channel):
    queue = await channel.get_queue(events_queue(owner), ensure=False)
    await queue.bind(EVENTS_EXCHANGE, "#")


@pytest.mark.parametrize("service", SERVICES)
async def test_the_platforms_own_objects_are_not_a_services_to_change(everybody, service):
    url = everybody.rabbit_url(service)

    async def delete_exchange(channel):
        await channel.exchange_delete(EVENTS_EXCHANGE)

    async def delete_unrouted(channel):
        await channel.queue_delete(UNROUTED)

    async def look_at_unrouted(channel):
        await (await channel.get_queue(UNROUTED, ensure=False)).get(fail=False)

    async def past_the_topic(channel):
        await channel.default_exchange.publish(aio_pika.Message(b"{}"), UNROUTED)

    assert await refused(url, delete_exchange)
    assert await refused(url, delete_unrouted)
    assert await refused(url, past_the_topic)
    assert await refused(url, look_at_unrouted) is (service != "notifications")


@pytest.mark.parametrize(("caller", "owner"), PAIRS)
def test_nobody_reads_or_writes_anothers_documents(bus, caller, owner):
    with MongoClient(bus.mongo_url(caller)) as client:
        client[caller]["outbox"].insert_one({"_id": "own"})
        for attempt in (
            client[owner]["outbox"].find_one,
            lambda: client[owner]["outbox"].insert_one({}),
            lambda: client[owner]["outbox"].delete_many({}),
            client[owner].list_collection_names,
            lambda: list(client[owner]["outbox"].aggregate([{"$count": "n"}])),
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                attempt()


async def test_billing_itself_adds_to_its_ledger_and_changes_nothing_in_it(bus):
    entry = {
        "_id": "pay:1",
        "legs": [{"account": "bank", "cents": 5}, {"account": "ar", "cents": -5}],
    }
    with MongoClient(bus.mongo_url("billing")) as client:
        ledger, counters = client.billing.ledger, client.billing.counters
        ledger.insert_one(entry)
        for attempt in (
            partial(ledger.update_one, {"_id": "pay:1"}, {"$set": {"legs": []}}),
            partial(ledger.update_many, {}, {"$set": {"legs": []}}),
            partial(ledger.update_one, {"_id": "pay:2"}, {"$set": {"legs": []}}, upsert=True),
            partial(ledger.replace_one, {"_id": "pay:1"}, {"legs": []}),
            partial(ledger.find_one_and_update, {"_id": "pay:1"}, {"$set": {"legs": []}}),
            partial(ledger.find_one_and_delete, {"_id": "pay:1"}),
            partial(ledger.delete_one, {"_id": "pay:1"}),
            partial(ledger.delete_many, {}),
            partial(ledger.rename, "old_ledger"),
            partial(counters.aggregate, [{"$out": "ledger"}]),
            partial(client.billing.command, "collMod", "ledger", validator={}),
            ledger.drop,
            partial(client.drop_database, "billing"),
        ):
            with pytest.raises(OperationFailure, match="not authorized"):
                attempt()
        assert list(ledger.find()) == [entry]
        counters.insert_one({"_id": "c1", "n": 1})  # what is not the ledger may be changed
        counters.update_one({"_id": "c1"}, {"$set": {"n": 2}})
        assert counters.delete_one({"_id": "c1"}).deleted_count == 1
