"""A broker and a database of our own, and services made of nothing but an outbox or a consumer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
from pymongo import MongoClient

from deploy.product import OPERATOR, SERVICES
from shared.contracts.event import Event
from shared.contracts.portal import LinkOpenedV1
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import INBOX
from shared.messaging.operations import Operations
from shared.messaging.outbox import OUTBOX, Outbox
from shared.messaging.publisher import Publisher, connect
from shared.messaging.relay import LEASES, Relay
from shared.messaging.subscription import Delivery, Subscription, one_by_one
from shared.messaging.topology import EVENTS_EXCHANGE, UNROUTED, queue_depth
from shared.mongo import Collection, Session, Store
from tests.support.stack import Stack
from tools.samples import published, sample

EFFECTS = Collection("effects")
"""What the consumers of these tests write: one document per handled event."""
DELAYS = (0.2, 0.4)
"""Instead of 5 s, 1 min and 10 min."""


class Bus:
    """RabbitMQ and MongoDB as the product has them: users, permissions, the platform's exchange."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.mongo_url = stack.mongo_url
        self.rabbit_url = stack.rabbit_url
        self.start = stack.start

    def kill(self, part: str) -> None:
        """kill -9; `part` is `rabbitmq` or `mongo`.

        RabbitMQ writes down within half a second where it keeps a new quorum queue; a test that
        kills it sooner would only show that.
        """
        time.sleep(1)
        self.stack.kill(part)

    def restart(self, part: str) -> None:
        """kill -9, then start again."""
        self.kill(part)
        self.start(part)

    async def clean(self) -> None:
        """Forget everything: documents, queues, messages."""
        self._drop_documents()
        await self._delete_queues()

    def _drop_documents(self) -> None:
        with MongoClient(self.mongo_url(OPERATOR)) as client:
            for service in SERVICES:
                for name in client[service].list_collection_names():
                    client[service].drop_collection(name)

    async def _delete_queues(self) -> None:
        connection = await aio_pika.connect(self.rabbit_url(OPERATOR))
        async with connection:
            channel = await connection.channel()
            for service in SERVICES:
                for queue in self._queues(service):
                    await channel.queue_delete(queue)
            await (await channel.get_queue(UNROUTED)).purge()

    @staticmethod
    def _queues(service: str) -> list[str]:
        delays = (*DELAYS, 5, 60, 600)
        retries = [f"{service}.events.retry.{delay}s" for delay in delays]
        return [f"{service}.events", f"{service}.dead", f"{service}.parked", *retries]

    @asynccontextmanager
    async def store(self, service: str) -> AsyncIterator[Store]:
        """The service's database, with the collections of the bus."""
        store = Store(self.mongo_url(service), service)
        await store.ensure((OUTBOX, INBOX, LEASES, EFFECTS))
        try:
            yield store
        finally:
            await store.close()

    @asynccontextmanager
    async def relay(self, service: str) -> AsyncIterator[Store]:
        """A service that only tells: put events into its outbox with `tell`."""
        async with self.store(service) as store:
            task = asyncio.create_task(self.relaying(service, store))
            try:
                yield store
            finally:
                task.cancel()
                await asyncio.wait({task})

    async def relaying(self, service: str, store: Store) -> None:
        """Like the runtime: a relay that fails starts again."""
        while True:
            relay = Relay(store, self.rabbit_url(service))
            try:
                await relay.run()
            except Exception:  # noqa: BLE001 - the runtime logs it
                await asyncio.sleep(0.2)

    @asynccontextmanager
    async def consumer(
        self,
        service: str,
        store: Store,
        subscription: Subscription,
        delays: Sequence[float] = DELAYS,
    ) -> AsyncIterator[Consumer]:
        """A service that only listens."""
        consumer = Consumer(
            service=service,
            rabbit_url=self.rabbit_url(service),
            store=store,
            subscription=subscription,
            retry_delays=delays,
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def ready(self, queue: str) -> int:
        """Messages waiting in a queue."""
        connection = await connect(self.rabbit_url(OPERATOR))
        async with connection:
            return (await queue_depth(connection, queue))[0]

    @asynccontextmanager
    async def operations(self, service: str, store: Store) -> AsyncIterator[Operations]:
        """What the service's operator can do."""
        async with Operations.opened(service, self.rabbit_url(service), store) as operations:
            yield operations

    @asynccontextmanager
    async def publisher(self, service: str) -> AsyncIterator[Publisher]:
        """A channel of the service, for messages that no outbox would write."""
        connection = await connect(self.rabbit_url(service))
        async with connection:
            publisher = Publisher(connection)
            await publisher.open()
            yield publisher


async def publish(publisher: Publisher, event: Event, **changes: object) -> str:
    """Publish one event as its owner's relay would; its id."""
    envelope = published(type(event)).model_copy(
        update={"id": uuid4().hex, "data": event.model_dump(mode="json")}
    )
    message = {
        "body": envelope.model_dump_json().encode(),
        "exchange": EVENTS_EXCHANGE,
        "routing_key": event.name,
        "message_id": envelope.id,
        "type_": event.name,
        "correlation_id": envelope.correlation_id,
    }
    await publisher.publish(**(message | changes))
    return str((message | changes)["message_id"])


async def tell(store: Store, source: str, *events: Event) -> None:
    """Commit the events in one transaction."""
    outbox = Outbox(store, source)
    await store.transaction(lambda session: outbox.add(events, session))


def opening(number: int) -> LinkOpenedV1:
    """The event these tests tell of: the portal owns it."""
    return sample(LinkOpenedV1).model_copy(update={"link_id": f"link-{number}"})


def remembering(store: Store, *contracts: type[Event]) -> Subscription:
    """A subscription that writes one effect per event."""

    async def remember(delivery: Delivery, session: Session) -> None:
        await write_effect(store, delivery, session)

    return one_by_one(dict.fromkeys(contracts, remember))


async def write_effect(store: Store, delivery: Delivery, session: Session) -> None:
    """One document for the event; not keyed by it, so that a second effect would show."""
    await store[EFFECTS.name].insert_one(
        {
            "about": delivery.event.aggregate_id,
            "type": delivery.envelope.type,
            "event_id": delivery.envelope.id,
            "correlation_id": delivery.envelope.correlation_id,
        },
        session=session,
    )


async def effects(store: Store) -> list[str]:
    """The ids of what the handled events were about, in the order they were handled."""
    return [row["about"] async for row in store[EFFECTS.name].find().sort("_id", 1)]


async def handled(store: Store, count: int) -> bool:
    """Whether that many events have had their effect."""
    return len(await effects(store)) >= count


async def eventually(condition: Callable[[], Awaitable[object]], within: float = 20.0) -> None:
    """Wait until the condition holds; raise AssertionError with its last answer when it is late."""
    deadline = time.monotonic() + within
    while not (answer := await condition()):
        assert time.monotonic() < deadline, f"still {answer!r} after {within:.0f} s"
        await asyncio.sleep(0.05)
