"""The consumer: FastStream holds the connection, batches of messages become one transaction each.

What waits already, up to the subscription's `batch_max`, or what arrives within LINGER_SECONDS, is
applied together: several times cheaper per event than one transaction each. A batch that fails is
taken apart, half by half, so that a poison message hurts only itself. While the database is away
nothing is given up: messages wait.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog
from aio_pika.abc import AbstractIncomingMessage
from aiormq.exceptions import AMQPError
from faststream import AckPolicy
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue
from faststream.rabbit.subscriber.usecase import RabbitSubscriber
from prometheus_client import Counter, Gauge, Histogram
from pymongo.errors import ConnectionFailure, PyMongoError

from shared.messaging.inbox import Inbox
from shared.messaging.publisher import (
    RECONNECT_SECONDS,
    Publisher,
    PublishFailedError,
    closed,
    connect,
    watched,
)
from shared.messaging.reading import DeliveryReader, UnknownVersionError
from shared.messaging.redelivery import Redelivery
from shared.messaging.subscription import Delivery, PermanentError, Subscription
from shared.messaging.topology import (
    RETRY_DELAYS_SECONDS,
    Lookout,
    declare,
    events_queue,
)
from shared.mongo import Store
from shared.telemetry import followed

LINGER_SECONDS = 0.005
PREFETCH_BATCHES = 4
GRACE_SECONDS = 15.0
PING_SECONDS = 0.5
PAUSE_SECONDS = 0.5
"""Between two tries while the database or the broker is away."""

log = structlog.get_logger()
_handled = Counter("doorstep_events_handled_total", "Events applied, known already or shelved.")
_in_hand = Gauge("doorstep_events_in_hand", "Messages delivered to us and not settled.")
_batches = Histogram(
    "doorstep_event_batch_size",
    "Events applied in one transaction.",
    buckets=(1, 2, 5, 20, 50, 100),
)


class Consumer:
    """One service's subscription, alive between `start` and `stop`."""

    def __init__(
        self,
        *,
        service: str,
        rabbit_url: str,
        store: Store,
        subscription: Subscription,
        retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
    ) -> None:
        """Nothing is opened before `start`."""
        self._service = service
        self._rabbit_url = rabbit_url
        self._batch_max = subscription.batch_max
        self._event_names = [event.name for event in subscription.events]
        self._retry_delays = retry_delays
        self._reader = DeliveryReader(subscription.events)
        self._inbox = Inbox(store, service, subscription)
        self._queue: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()

    async def start(self) -> None:
        """Declare what is ours, then consume. Raises while the broker is away."""
        await declare(self._rabbit_url, self._service, self._event_names, self._retry_delays)
        self._publishing = await connect(self._rabbit_url)
        self._lookout = Lookout(watched(self._rabbit_url))
        self._broker = self._build_broker()
        self._subscriber = self._subscribe(self._broker)
        try:
            publisher = Publisher(self._publishing)
            await publisher.open()
            self._redelivery = Redelivery(self._service, publisher, self._retry_delays)
            await self._broker.start()
        except BaseException:
            await self._close()
            raise
        self._worker = asyncio.create_task(self._work(), name=f"{self._service} consumer")

    def _build_broker(self) -> RabbitBroker:
        return RabbitBroker(
            watched(self._rabbit_url),
            reconnect_interval=RECONNECT_SECONDS,
            graceful_timeout=GRACE_SECONDS,
            apply_types=False,
            logger=None,
        )

    def _subscribe(self, broker: RabbitBroker) -> RabbitSubscriber:
        # declare=False: the queue was declared by topology.declare on another connection; a
        # declaration by this broker would put the consumer on a channel without our prefetch.
        queue = RabbitQueue(
            events_queue(self._service), queue_type=QueueType.QUORUM, durable=True, declare=False
        )
        subscriber = broker.subscriber(
            queue,
            channel=Channel(
                prefetch_count=PREFETCH_BATCHES * self._batch_max, on_return_raises=True
            ),
            ack_policy=AckPolicy.MANUAL,
            no_reply=True,
        )
        subscriber(self._take)
        # Straight to us: parsing, middlewares and contexts per message would double the price of
        # an event, and a batch settles its messages itself.
        subscriber.consume = self._take  # type: ignore[method-assign, assignment]
        return subscriber

    async def stop(self) -> None:
        """Take no more, finish what is in hand, close."""
        await closed(self._subscriber.stop())
        finished = asyncio.create_task(self._queue.join())
        await asyncio.wait(
            {finished, self._worker}, timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED
        )
        finished.cancel()
        self._worker.cancel()
        await self._close()

    async def _close(self) -> None:
        await self._lookout.close()
        await closed(self._broker.stop())
        await closed(self._publishing.close())

    async def consuming(self) -> bool:
        """Whether we are connected, the broker itself sees a consumer, and our worker is alive."""
        if self._worker.done() or not await self._broker.ping(PING_SECONDS):
            return False
        try:
            _ready, consumers = await self._lookout.depth(events_queue(self._service))
        except (AMQPError, OSError, RuntimeError, TimeoutError):
            return False
        return consumers > 0

    async def _take(self, message: AbstractIncomingMessage) -> None:
        _in_hand.inc()
        self._queue.put_nowait(message)

    async def _work(self) -> None:
        while True:
            batch = await self._next_batch()
            await self._settle(batch)
            _handled.inc(len(batch))
            _batches.observe(len(batch))

    async def _next_batch(self) -> list[AbstractIncomingMessage]:
        batch = [await self._queue.get()]
        if self._queue.qsize() < self._batch_max - 1:
            await asyncio.sleep(LINGER_SECONDS)
        while len(batch) < self._batch_max and not self._queue.empty():
            batch.append(self._queue.get_nowait())
        return batch

    async def _settle(self, batch: list[AbstractIncomingMessage]) -> None:
        """Apply and ack: ours is the only worker, so one ack answers for all up to the last."""
        try:
            readable = [pair for pair in [await self._read(m) for m in batch] if pair is not None]
            await self._apply(readable)
            if kept := [message for message in batch if not message.processed]:
                await kept[-1].ack(multiple=True)
        except (AMQPError, ConnectionError, RuntimeError) as error:
            # the connection is gone: the broker delivers again, the inbox drops what is done
            log.info("ack lost", error=type(error).__name__)
        finally:
            _in_hand.dec(len(batch))
            for _ in batch:
                self._queue.task_done()

    async def _read(
        self, message: AbstractIncomingMessage
    ) -> tuple[AbstractIncomingMessage, Delivery] | None:
        try:
            return message, self._reader.read(message)
        except (PermanentError, UnknownVersionError) as error:
            await self._shelve(message, error)
            return None

    async def _apply(self, readable: list[tuple[AbstractIncomingMessage, Delivery]]) -> None:
        if not readable:
            return
        try:
            await self._when_database_is_there([delivery for _, delivery in readable])
        except Exception as error:  # noqa: BLE001 - whatever a handler raises, the next event flows
            if len(readable) == 1:
                await self._shelve(readable[0][0], error)
                return
            log.info("batch taken apart", size=len(readable), error=type(error).__name__)
            middle = len(readable) // 2
            await self._apply(readable[:middle])
            await self._apply(readable[middle:])

    async def _when_database_is_there(self, deliveries: list[Delivery]) -> None:
        while True:
            try:
                await self._traced(deliveries)
            except PyMongoError as error:
                if not _passes(error, alone=len(deliveries) == 1):
                    raise
                log.warning("database away, events wait", error=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                return

    async def _traced(self, deliveries: list[Delivery]) -> None:
        senders = [delivery.trace for delivery in deliveries]
        with followed(f"{self._service} consume", senders) as traces:
            await self._inbox.apply(
                [
                    replace(delivery, trace=trace)
                    for delivery, trace in zip(deliveries, traces, strict=True)
                ]
            )

    async def _shelve(self, message: AbstractIncomingMessage, error: Exception) -> None:
        """Away with it; while the broker does not take it, it goes back to the queue."""
        try:
            await self._redelivery.shelve(message, error)
        except PublishFailedError:
            await asyncio.sleep(PAUSE_SECONDS)
            await message.nack(requeue=True)


def _passes(error: PyMongoError, *, alone: bool) -> bool:
    """Whether waiting helps: the database is away, or a single event met a conflict.

    A batch in lasting conflict is better taken apart: it may be too large for one transaction.
    """
    if isinstance(error, ConnectionFailure):
        return True
    return alone and error.has_error_label("TransientTransactionError")
