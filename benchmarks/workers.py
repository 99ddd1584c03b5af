"""The measured processes of benchmarks.events. Each runs on uvloop, as the services do."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable

import aio_pika
import uvloop
from pymongo import AsyncMongoClient, ReplaceOne

from benchmarks.load import bodies, events
from services.portal.main import COLLECTIONS, projector
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import INBOX
from shared.messaging.outbox import OUTBOX, Outbox
from shared.messaging.publisher import watched
from shared.messaging.relay import LEASES, Relay
from shared.messaging.subscription import Subscription
from shared.messaging.topology import EVENTS_EXCHANGE
from shared.mongo import Store

Work = Callable[[], Awaitable[None]]
BATCH = 100
IN_FLIGHT = 200
COMMITS_AT_ONCE = 16


async def measured(work: Work) -> None:
    """Say ready, wait for go, work, report."""
    say({"ready": True})
    await asyncio.to_thread(sys.stdin.readline)
    began, cpu = time.monotonic(), time.process_time()
    await work()
    say({"began": began, "ended": time.monotonic(), "cpu": time.process_time() - cpu})


def say(what: dict) -> None:
    print(json.dumps(what), flush=True)


# ------------------------------------------------------------------------------------ the product
async def relay(mongo_url: str, rabbit_url: str, count: int) -> None:
    """Scheduling's side: events are committed, a batch to a transaction, and relayed meanwhile."""
    store = Store(mongo_url, "scheduling")
    await store.ensure((OUTBOX, INBOX, LEASES))
    outbox = Outbox(store, "scheduling")
    told = list(events(count))

    async def work() -> None:
        task = asyncio.create_task(Relay(store, rabbit_url).run())
        for start in range(0, count, BATCH):
            part = told[start : start + BATCH]
            await store.transaction(lambda session, part=part: outbox.add(part, session))
        while await store[OUTBOX.name].find_one({"state": "waiting"}) is not None:  # noqa: ASYNC110 - the relay knows no end
            await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait({task})

    await measured(work)
    await store.close()


async def commit(mongo_url: str, count: int) -> None:
    """Scheduling's commits alone: one event to a transaction."""
    store = Store(mongo_url, "scheduling")
    await store.ensure((OUTBOX,))
    outbox = Outbox(store, "scheduling")
    told = iter(list(events(count)))

    async def one_after_the_other() -> None:
        for event in told:
            await store.transaction(lambda session, event=event: outbox.add([event], session))

    async def work() -> None:
        await asyncio.gather(*(one_after_the_other() for _ in range(COMMITS_AT_ONCE)))

    await measured(work)
    await store.close()


async def project(mongo_url: str, rabbit_url: str, count: int, batch_max: int) -> None:
    """The portal's side: the consumer and the real projector."""
    store = Store(mongo_url, "portal")
    await store.ensure((OUTBOX, INBOX, LEASES, *COLLECTIONS))
    real = projector(store)
    done = asyncio.Event()
    handled = 0

    async def handle(deliveries, session) -> None:
        await real.handle(deliveries, session)
        nonlocal handled
        handled += len(deliveries)
        if handled >= count:
            asyncio.get_running_loop().call_later(0.02, done.set)  # after the commit

    consumer = Consumer(
        service="portal",
        rabbit_url=rabbit_url,
        store=store,
        subscription=Subscription(real.events, handle, batch_max=batch_max),
    )
    await consumer.start()

    async def work() -> None:
        await done.wait()

    await measured(work)
    await consumer.stop()
    await store.close()


# --------------------------------------------------------------------------------- the bare loop
async def publish(rabbit_url: str, count: int) -> None:
    """The same bytes, published with confirms, as many at once as is good."""
    connection = await aio_pika.connect_robust(watched(rabbit_url))
    channel = await connection.channel(publisher_confirms=True)
    exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
    sending = list(bodies(count))

    async def one(key: str, body: bytes) -> None:
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await exchange.publish(message, key)

    async def work() -> None:
        for start in range(0, count, IN_FLIGHT):
            await asyncio.gather(*(one(*pair) for pair in sending[start : start + IN_FLIGHT]))

    await measured(work)
    await connection.close()


async def consume(mongo_url: str, rabbit_url: str, count: int) -> None:
    """Parse, write a hundred in one bulk write, acknowledge them with one frame."""
    client = AsyncMongoClient(mongo_url, w="majority", journal=True)
    views = client["portal"]["views"]
    connection = await aio_pika.connect_robust(watched(rabbit_url))
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=4 * BATCH)
    queue = await channel.declare_queue(
        "portal.bare", durable=True, arguments={"x-queue-type": "quorum"}
    )
    await queue.bind(EVENTS_EXCHANGE, "scheduling.#")
    inbox: asyncio.Queue = asyncio.Queue()
    await queue.consume(inbox.put)

    async def work() -> None:
        left = count
        while left:
            batch = [await inbox.get()]
            while len(batch) < min(BATCH, left):
                batch.append(await inbox.get())
            documents = [json.loads(message.body) for message in batch]
            await views.bulk_write(
                [ReplaceOne({"_id": d["subject"]}, d["data"], upsert=True) for d in documents],
                ordered=False,
            )
            await batch[-1].ack(multiple=True)
            left -= len(batch)

    await measured(work)
    await connection.close()
    await client.close()


JOBS = {
    "commit": commit,
    "relay": relay,
    "project": project,
    "publish": publish,
    "consume": consume,
}

if __name__ == "__main__":
    uvloop.run(JOBS[sys.argv[1]](**json.loads(sys.argv[2])))
