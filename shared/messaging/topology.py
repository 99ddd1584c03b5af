"""The names on the bus, and the declaration of what one service owns there.

    doorstep.events (topic) ──> scheduling.events, billing.events, ...   one queue per consumer
        └─ nobody binds it ──> doorstep.unrouted                         kept and alarmed
    billing.redelivery (direct) ──> billing.events.retry.{5,60,600}s     back after the delay
                                └─> billing.dead, billing.parked         with the reason in a header

The platform owns `doorstep.*` (deploy/rabbitmq); a service declares only `<service>.*`, and its
broker user may do no more than that.
"""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import AMQPError
from pamqp.common import FieldValue

EVENTS_EXCHANGE = "doorstep.events"
UNROUTED = "doorstep.unrouted"
RETRY_DELAYS_SECONDS = (5, 60, 600)
DELIVERY_LIMIT = 20
"""Counts crashes and lost connections, not handler errors: those go through the retry queues."""
LOOK_SECONDS = 2.0
LOOKS_LIMIT = 1_000_000
"""An operator's look counts as a delivery; newer brokers drop a message after 20 by default."""

_DURABLE_QUORUM: dict[str, FieldValue] = {"x-queue-type": "quorum"}
_LOSE_NOTHING: dict[str, FieldValue] = {
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


def events_queue(service: str) -> str:
    """The queue this service consumes."""
    return f"{service}.events"


def redelivery_exchange(service: str) -> str:
    """Where this service puts messages it could not handle."""
    return f"{service}.redelivery"


def dead_queue(service: str) -> str:
    """Messages that failed for good, with the reason; replayed by an operator."""
    return f"{service}.dead"


def parked_queue(service: str) -> str:
    """Messages of a version this release does not know; replayed after an upgrade."""
    return f"{service}.parked"


def retry_queue(service: str, delay_seconds: float) -> str:
    """Where a message waits that long before this service, and no other, sees it again."""
    return f"{service}.events.retry.{delay_seconds}s"


def binding_key(event_name: str) -> str:
    """All versions of one fact: an unknown version must arrive, to be parked, not to be lost."""
    owner, fact, _version = event_name.split(".")
    return f"{owner}.{fact}.*"


async def declare(
    rabbit_url: str,
    service: str,
    event_names: Iterable[str],
    retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
) -> None:
    """Declare this service's queues and bindings, on a connection of its own. Idempotent."""
    connection = await aio_pika.connect(rabbit_url)
    async with connection:
        channel = await connection.channel()
        redelivery = await channel.declare_exchange(
            redelivery_exchange(service), aio_pika.ExchangeType.DIRECT, durable=True
        )
        await _declare_shelves(channel, redelivery, service, retry_delays)
        queue = await channel.declare_queue(
            events_queue(service),
            durable=True,
            arguments={
                **_DURABLE_QUORUM,
                **_LOSE_NOTHING,
                "x-delivery-limit": DELIVERY_LIMIT,
                "x-dead-letter-exchange": redelivery.name,
                "x-dead-letter-routing-key": dead_queue(service),
            },
        )
        await queue.bind(redelivery, queue.name)
        for key in sorted({binding_key(name) for name in event_names}):
            await queue.bind(EVENTS_EXCHANGE, key)


async def _declare_shelves(
    channel: AbstractChannel,
    redelivery: aio_pika.abc.AbstractExchange,
    service: str,
    retry_delays: Sequence[float],
) -> None:
    for name in (dead_queue(service), parked_queue(service)):
        shelf = await channel.declare_queue(
            name, durable=True, arguments={**_DURABLE_QUORUM, "x-delivery-limit": LOOKS_LIMIT}
        )
        await shelf.bind(redelivery, name)
    for delay in retry_delays:
        waiting = await channel.declare_queue(
            retry_queue(service, delay),
            durable=True,
            arguments={
                **_DURABLE_QUORUM,
                **_LOSE_NOTHING,
                "x-message-ttl": int(delay * 1000),
                "x-dead-letter-exchange": redelivery.name,
                "x-dead-letter-routing-key": events_queue(service),
            },
        )
        await waiting.bind(redelivery, waiting.name)


async def queue_depth(connection: aio_pika.abc.AbstractConnection, queue: str) -> tuple[int, int]:
    """Messages ready and consumers, asked of the broker itself.

    A robust channel answers a passive declare from its cache, so the question goes to the raw
    channel below it. Raises aiormq's ChannelNotFoundEntity when there is no such queue.
    """
    channel = await connection.channel()
    try:
        raw = await channel.get_underlay_channel()
        answer = await raw.queue_declare(queue, passive=True)
        return answer.message_count or 0, answer.consumer_count or 0
    finally:
        await channel.close()


class Lookout:
    """Asks the broker about queues on a plain connection of its own, opened when it is needed.

    A robust connection would keep every channel whose opening an outage interrupted, and stumble
    over it when it comes back.
    """

    def __init__(self, rabbit_url: str) -> None:
        """Nothing is opened before the first look."""
        self._rabbit_url = rabbit_url
        self._connection: aio_pika.abc.AbstractConnection | None = None
        self._one_at_a_time = asyncio.Lock()

    async def depth(self, queue: str) -> tuple[int, int]:
        """Messages ready and consumers. Raises AMQPError, OSError or TimeoutError."""
        async with self._one_at_a_time:
            try:
                if self._connection is None:
                    self._connection = await aio_pika.connect(
                        self._rabbit_url, timeout=LOOK_SECONDS
                    )
                return await asyncio.wait_for(queue_depth(self._connection, queue), LOOK_SECONDS)
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Forget the connection; the next look opens another."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(AMQPError, ConnectionError, RuntimeError, TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await connection.close()
