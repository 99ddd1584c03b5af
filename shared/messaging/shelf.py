"""Messages that wait on a shelf for somebody: what is there, described, and each in hand once."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from aio_pika.abc import AbstractIncomingMessage, AbstractQueue, AbstractRobustConnection
from pydantic import ValidationError

from shared.contracts.event import Envelope
from shared.messaging.topology import queue_depth

GET_TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class Shelved:
    """One message on a shelf: ids and words, nothing of what it tells."""

    shelf: str
    id: str
    type: str
    subject: str
    company_id: str
    correlation_id: str
    reason: str
    attempts: int
    age_seconds: float


async def messages_on(
    connection: AbstractRobustConnection, shelf: str, *, most: int | None = None
) -> AsyncIterator[AbstractIncomingMessage]:
    """Each message that is there now, once; of many, the `most` oldest.

    What the caller gives back goes to the front of the queue again, so all are taken before
    the first is given back.
    """
    ready, _consumers = await queue_depth(connection, shelf)
    channel = await connection.channel()
    try:
        queue = await channel.get_queue(shelf, ensure=False)
        taken = [message async for message in _taken(queue, min(ready, most or ready))]
        for message in taken:
            yield message
    finally:
        await channel.close()  # whatever was not settled is given back by this


async def listed(
    connection: AbstractRobustConnection,
    shelf: str,
    *,
    without_reason: str,
    most: int | None = None,
) -> list[Shelved]:
    """What is on the shelf, oldest first, at most `most`; they stay where they are."""
    found = []
    async for message in messages_on(connection, shelf, most=most):
        found.append(_described(shelf, message, without_reason))
        await message.nack(requeue=True)
    return found


async def _taken(queue: AbstractQueue, most: int) -> AsyncIterator[AbstractIncomingMessage]:
    for _ in range(most):
        message = await queue.get(fail=False, timeout=GET_TIMEOUT_SECONDS)
        if message is None:
            return
        yield message


def _described(shelf: str, message: AbstractIncomingMessage, without_reason: str) -> Shelved:
    envelope = _envelope(message)
    shelved_at = message.headers.get("x-shelved-at")
    since = datetime.fromisoformat(shelved_at) if isinstance(shelved_at, str) else None
    attempts = message.headers.get("x-attempt", 0)
    return Shelved(
        shelf=shelf,
        id=identity(message),
        type=message.type or (envelope.type if envelope else ""),
        subject=envelope.subject if envelope else "",
        company_id=envelope.company_id if envelope else "",
        correlation_id=message.correlation_id or (envelope.correlation_id if envelope else ""),
        reason=str(message.headers.get("x-reason", without_reason)),
        attempts=attempts if isinstance(attempts, int) else 0,
        age_seconds=age_seconds(since or (envelope.time if envelope else None)),
    )


def identity(message: AbstractIncomingMessage) -> str:
    """The event's id, from the message or from the envelope inside."""
    if message.message_id:
        return message.message_id
    envelope = _envelope(message)
    return envelope.id if envelope else ""


def _envelope(message: AbstractIncomingMessage) -> Envelope | None:
    try:
        return Envelope.model_validate_json(message.body)
    except ValidationError:
        return None


def age_seconds(since: datetime | None) -> float:
    """How long ago that was; 0 when nobody knows."""
    return (datetime.now(UTC) - since).total_seconds() if since else 0.0


def kept_headers(message: AbstractIncomingMessage) -> dict[str, str | int]:
    """What travels with a message that is published again; a new attempt counts from the start."""
    return {
        key: value
        for key, value in message.headers.items()
        if isinstance(value, str | int) and key not in {"x-attempt", "x-shelved-at"}
    }
