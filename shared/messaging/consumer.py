"""The consumer: FastStream brings the messages, batches of them become one transaction each.

Up to BATCH_MAX messages, or what arrives within LINGER_SECONDS, are applied together: five times
cheaper per event than one transaction each. A batch that fails is applied one by one, so that a
poison message hurts only itself. While the database is away, nothing is given up: messages wait.
"""

import asyncio
from dataclasses import dataclass, field

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aiormq.exceptions import AMQPError
from faststream import AckPolicy
from faststream.message import StreamMessage
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from prometheus_client import Counter, Histogram
from pymongo.errors import ConnectionFailure, PyMongoError

from shared.messaging.inbox import Inbox
from shared.messaging.publisher import (
    RECONNECT_SECONDS,
    Publisher,
    PublishFailedError,
    connect,
    watched,
)
from shared.messaging.reading import DeliveryReader, UnknownVersionError
from shared.messaging.redelivery import Redelivery
from shared.messaging.subscription import Delivery, PermanentError, Subscription
from shared.messaging.topology import (
    declare,
    events_queue,
    queue_depth,
    redelivery_exchange,
)
from shared.mongo import Store
from shared.telemetry import trace_context, tracer

BATCH_MAX = 100
LINGER_SECONDS = 0.005
PREFETCH = 4 * BATCH_MAX
GRACE_SECONDS = 15.0
DATABASE_PAUSE_SECONDS = 0.5

log = structlog.get_logger()
_handled = Counter("doorstep_events_handled_total", "Events applied or known already.")
_batches = Histogram(
    "doorstep_event_batch_size",
    "Events applied in one transaction.",
    buckets=(1, 2, 5, 20, 50, 100),
)


@dataclass(eq=False)
class _Waiting:
    """A message in hand; `settled` is done when it has been acked or given back."""

    message: AbstractIncomingMessage
    settled: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Consumer:
    """One service's subscription, alive between `start` and `stop`."""

    def __init__(
        self, *, service: str, rabbit_url: str, store: Store, subscription: Subscription
    ) -> None:
        """Nothing is opened before `start`."""
        self._service = service
        self._rabbit_url = rabbit_url
        self._subscription = subscription
        self._reader = DeliveryReader(subscription.events)
        self._inbox = Inbox(store, service, subscription)
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()
        self._broker = self._build_broker()

    def _build_broker(self) -> RabbitBroker:
        broker = RabbitBroker(
            watched(self._rabbit_url),
            reconnect_interval=RECONNECT_SECONDS,
            graceful_timeout=GRACE_SECONDS,
            apply_types=False,
            logger=None,
        )
        # declare=False: the queue was declared by topology.declare on another connection; a
        # declaration by this broker would put the consumer on a channel without our prefetch.
        subscriber = broker.subscriber(
            RabbitQueue(
                events_queue(self._service),
                queue_type=QueueType.QUORUM,
                durable=True,
                declare=False,
            ),
            channel=Channel(prefetch_count=PREFETCH, on_return_raises=True),
            ack_policy=AckPolicy.MANUAL,
            decoder=_undecoded,
            no_reply=True,
        )
        subscriber(self._take)
        return broker

    async def start(self) -> None:
        """Declare what is ours, then consume. Raises while the broker is away."""
        await declare(
            self._rabbit_url, self._service, [event.name for event in self._subscription.events]
        )
        self._publishing = await connect(self._rabbit_url)
        publisher = Publisher(self._publishing)
        await publisher.open(redelivery_exchange(self._service))
        self._redelivery = Redelivery(self._service, publisher)
        self._worker = asyncio.create_task(self._work(), name=f"{self._service} consumer")
        await self._broker.start()

    async def stop(self) -> None:
        """Take no more, finish what is in hand, close."""
        await self._broker.stop()
        self._worker.cancel()
        await self._publishing.close()

    async def consuming(self) -> bool:
        """Whether the broker itself sees a consumer on our queue and our worker is alive."""
        if self._worker.done():
            return False
        try:
            _ready, consumers = await queue_depth(self._publishing, events_queue(self._service))
        except (AMQPError, ConnectionError, RuntimeError, TimeoutError):
            return False
        return consumers > 0

    async def _take(self, message: StreamMessage[AbstractIncomingMessage]) -> None:
        waiting = _Waiting(message.raw_message)
        self._queue.put_nowait(waiting)
        await waiting.settled

    async def _work(self) -> None:
        while True:
            batch = await self._next_batch()
            await self._settle(batch)
            _handled.inc(len(batch))
            _batches.observe(len(batch))

    async def _next_batch(self) -> list[_Waiting]:
        batch = [await self._queue.get()]
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while len(batch) < BATCH_MAX:
                    batch.append(await self._queue.get())
        except TimeoutError:
            pass
        return batch

    async def _settle(self, batch: list[_Waiting]) -> None:
        """Apply and ack; ours is the only worker, so one ack answers for all up to the last."""
        try:
            readable = [pair for pair in [await self._read(w) for w in batch] if pair is not None]
            await self._apply(readable)
            await batch[-1].message.ack(multiple=True)
        except (AMQPError, ConnectionError, RuntimeError) as error:
            # the connection is gone: the broker delivers again, the inbox drops what is done
            log.info("ack lost", error=type(error).__name__)
        finally:
            for waiting in batch:
                if not waiting.settled.done():
                    waiting.settled.set_result(None)

    async def _read(self, waiting: _Waiting) -> tuple[_Waiting, Delivery] | None:
        try:
            return waiting, self._reader.read(waiting.message)
        except (PermanentError, UnknownVersionError) as error:
            await self._shelve(waiting, error)
            return None

    async def _apply(self, readable: list[tuple[_Waiting, Delivery]]) -> None:
        if not readable:
            return
        deliveries = [delivery for _, delivery in readable]
        try:
            await self._when_database_is_there(deliveries)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the next event flows
            if len(readable) == 1:
                await self._shelve(readable[0][0], error)
                return
            log.info("batch falls back to one by one", error=type(error).__name__)
            for pair in readable:
                await self._apply([pair])

    async def _when_database_is_there(self, deliveries: list[Delivery]) -> None:
        while True:
            try:
                await self._traced(deliveries)
            except PyMongoError as error:
                if not _database_away(error):
                    raise
                log.warning("database away, events wait", error=type(error).__name__)
                await asyncio.sleep(DATABASE_PAUSE_SECONDS)
            else:
                return

    async def _traced(self, deliveries: list[Delivery]) -> None:
        with tracer().start_as_current_span(
            f"{self._service} consume",
            context=trace_context(dict(deliveries[0].trace)),
            attributes={"messaging.batch.message_count": len(deliveries)},
        ):
            await self._inbox.apply(deliveries)

    async def _shelve(self, waiting: _Waiting, error: Exception) -> None:
        try:
            await self._redelivery.shelve(waiting.message, error)
        except PublishFailedError:
            await waiting.message.nack(requeue=True)


def _database_away(error: PyMongoError) -> bool:
    return isinstance(error, ConnectionFailure) or error.has_error_label(
        "TransientTransactionError"
    )


async def _undecoded(
    message: StreamMessage[AbstractIncomingMessage],
) -> StreamMessage[AbstractIncomingMessage]:
    """Keep FastStream from parsing the body: the batch does it, typed, in one pass."""
    return message
