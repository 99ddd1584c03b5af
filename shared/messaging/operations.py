"""What an operator asks of one service's queues and outbox, and the one thing done: replay.

Everything goes by the service's own broker user and database user, so it can touch nobody else's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from pydantic import ValidationError

from shared.contracts.event import Envelope
from shared.messaging.outbox import OUTBOX
from shared.messaging.publisher import Publisher, connect
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

GET_TIMEOUT_SECONDS = 5.0


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


@dataclass(frozen=True)
class Shelved:
    """One message on the dead or the parked shelf."""

    shelf: str
    id: str
    type: str
    subject: str
    company_id: str
    reason: str
    attempts: int
    age_seconds: float


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
        rows = await self._store.aggregate(
            OUTBOX.name,
            [
                {"$group": {"_id": "$state", "events": {"$sum": 1}, "oldest": {"$min": "$at"}}},
                {"$sort": {"_id": -1}},
            ],
        )
        return [OutboxState(row["_id"], row["events"], _age(row["oldest"])) for row in rows]

    async def shelved(self) -> list[Shelved]:
        """The dead and the parked messages, oldest first; they stay where they are."""
        found = []
        for shelf in (dead_queue(self._service), parked_queue(self._service)):
            async for message in self._messages(shelf):
                found.append(_described(shelf, message))
                await message.nack(requeue=True)
        return found

    async def replay(self, *, event_id: str | None = None, parked: bool = False) -> int:
        """Move one message, or all of a shelf, back to the service's own queue. How many moved.

        Published first, acked second: a crash in between leaves a copy, which the inbox drops.
        """
        publisher = Publisher(self._connection)
        await publisher.open()
        shelf = parked_queue(self._service) if parked else dead_queue(self._service)
        moved = 0
        async for message in self._messages(shelf):
            if event_id is not None and _identity(message) != event_id:
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
            headers={
                key: value
                for key, value in message.headers.items()
                if isinstance(value, str | int) and key not in {"x-attempt", "x-shelved-at"}
            },
        )

    async def _messages(self, shelf: str) -> AsyncIterator[AbstractIncomingMessage]:
        """Each message that is there now, once.

        What the caller gives back goes to the front of the queue again, so all are taken before
        the first is given back.
        """
        ready, _consumers = await queue_depth(self._connection, shelf)
        channel = await self._connection.channel()
        try:
            queue = await channel.get_queue(shelf, ensure=False)
            taken = [message async for message in _taken(queue, ready)]
            for message in taken:
                yield message
        finally:
            await channel.close()  # whatever was not settled is given back by this


async def _taken(queue: AbstractQueue, most: int) -> AsyncIterator[AbstractIncomingMessage]:
    for _ in range(most):
        message = await queue.get(fail=False, timeout=GET_TIMEOUT_SECONDS)
        if message is None:
            return
        yield message


def _described(shelf: str, message: AbstractIncomingMessage) -> Shelved:
    envelope = _envelope(message)
    shelved_at = message.headers.get("x-shelved-at")
    since = datetime.fromisoformat(shelved_at) if isinstance(shelved_at, str) else None
    attempts = message.headers.get("x-attempt", 0)
    return Shelved(
        shelf=shelf,
        id=_identity(message),
        type=message.type or (envelope.type if envelope else ""),
        subject=envelope.subject if envelope else "",
        company_id=envelope.company_id if envelope else "",
        reason=str(message.headers.get("x-reason", "delivered too often")),
        attempts=attempts if isinstance(attempts, int) else 0,
        age_seconds=_age(since or (envelope.time if envelope else None)),
    )


def _identity(message: AbstractIncomingMessage) -> str:
    if message.message_id:
        return message.message_id
    envelope = _envelope(message)
    return envelope.id if envelope else ""


def _envelope(message: AbstractIncomingMessage) -> Envelope | None:
    try:
        return Envelope.model_validate_json(message.body)
    except ValidationError:
        return None


def _age(since: datetime | None) -> float:
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0
