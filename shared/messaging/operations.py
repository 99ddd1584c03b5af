"""What an operator asks of one service's queues and outbox, and the one thing done: replay.

Everything goes by the service's own broker user and database user, so it can touch nobody else's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustConnection

from shared.messaging.outbox import OUTBOX
from shared.messaging.publisher import Publisher, connect
from shared.messaging.shelf import (
    Shelved,
    age_seconds,
    identity,
    kept_headers,
    listed,
    messages_on,
)
from shared.messaging.topology import (
    RETRY_DELAYS_SECONDS,
    dead_queue,
    events_queue,
    parked_queue,
    queue_depth,
    redelivery_exchange,
    retry_queue,
)
from shared.mongo import Store


@dataclass(frozen=True)
class QueueState:
    """One queue as the broker sees it."""

    queue: str
    ready: int
    consumers: int


@dataclass(frozen=True)
class OutboxState:
    """The events in one state; `oldest_seconds` is the age of the first of them."""

    state: str
    events: int
    oldest_seconds: float


class Operations:
    """One service's queues and outbox, for as long as the `async with` lasts."""

    def __init__(self, service: str, connection: AbstractRobustConnection, store: Store) -> None:
        """Use `opened`."""
        self._service = service
        self._connection = connection
        self._store = store

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, service: str, rabbit_url: str, store: Store
    ) -> AsyncIterator["Operations"]:
        """With a connection of its own. Raises AMQPError or OSError while the broker is away."""
        connection = await connect(rabbit_url)
        async with connection:
            yield cls(service, connection, store)

    async def queues(self) -> list[QueueState]:
        """Every queue of the service."""
        names = [
            events_queue(self._service),
            *(retry_queue(self._service, delay) for delay in RETRY_DELAYS_SECONDS),
            dead_queue(self._service),
            parked_queue(self._service),
        ]
        depths = [await queue_depth(self._connection, name) for name in names]
        return [
            QueueState(queue, ready, consumers)
            for queue, (ready, consumers) in zip(names, depths, strict=True)
        ]

    async def outbox(self) -> list[OutboxState]:
        """How many events wait and how many have left."""
        return await outbox_states(self._store)

    async def shelved(self, *, most: int | None = None) -> list[Shelved]:
        """The dead and the parked messages, oldest first, `most` of each at most; all stay."""
        return [
            message
            for shelf in (dead_queue(self._service), parked_queue(self._service))
            for message in await listed(
                self._connection, shelf, without_reason="delivered too often", most=most
            )
        ]

    async def replay(self, *, event_id: str | None = None, parked: bool = False) -> int:
        """Move one message, or all of a shelf, back to the service's own queue. How many moved.

        Published first, acked second: a crash in between leaves a copy, which the inbox drops.
        """
        publisher = Publisher(self._connection)
        await publisher.open()
        shelf = parked_queue(self._service) if parked else dead_queue(self._service)
        moved = 0
        async for message in messages_on(self._connection, shelf):
            if event_id is not None and identity(message) != event_id:
                await message.nack(requeue=True)
                continue
            await self._back(publisher, message)
            await message.ack()
            moved += 1
        return moved

    async def _back(self, publisher: Publisher, message: AbstractIncomingMessage) -> None:
        await publisher.publish(
            message.body,
            exchange=redelivery_exchange(self._service),
            routing_key=events_queue(self._service),
            message_id=message.message_id or "",
            type_=message.type or "",
            correlation_id=message.correlation_id,
            headers=kept_headers(message),
        )


async def outbox_states(store: Store) -> list[OutboxState]:
    """How many events wait and how many have left, asked of the database alone."""
    rows = await store.aggregate(
        OUTBOX.name,
        [
            {"$group": {"_id": "$state", "events": {"$sum": 1}, "oldest": {"$min": "$at"}}},
            {"$sort": {"_id": -1}},
        ],
    )
    return [OutboxState(row["_id"], row["events"], age_seconds(row["oldest"])) for row in rows]
