"""Events that nobody listened to when they were told: who may look, and how they are told again.

Telling them again takes the right to publish any owner's events, which no service has: it is done
with the broker's operator user.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika.abc import AbstractRobustConnection

from shared.messaging.publisher import Publisher, connect
from shared.messaging.shelf import Shelved, identity, kept_headers, listed, messages_on
from shared.messaging.topology import EVENTS_EXCHANGE, UNROUTED


class UnroutedShelf:
    """The platform's shelf, for as long as the `async with` lasts."""

    def __init__(self, connection: AbstractRobustConnection) -> None:
        """Use `opened`."""
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def opened(cls, rabbit_url: str) -> AsyncIterator["UnroutedShelf"]:
        """With a connection of its own. Raises AMQPError or OSError while the broker is away."""
        connection = await connect(rabbit_url)
        async with connection:
            yield cls(connection)

    async def listed(self, *, most: int | None = None) -> list[Shelved]:
        """All of them, or the `most` oldest; they stay there. Notifications may do this."""
        return await listed(
            self._connection, UNROUTED, without_reason="nobody listens to it", most=most
        )

    async def replay(self, *, event_id: str | None = None) -> int:
        """Tell one event, or all, again to whoever listens by now. How many were told.

        Those to which still nobody listens are back on the shelf. Published first, acked second:
        a crash in between leaves a copy, which the inboxes drop. Only the operator may do this.
        """
        publisher = Publisher(self._connection)
        await publisher.open()
        told = 0
        async for message in messages_on(self._connection, UNROUTED):
            if event_id is not None and identity(message) != event_id:
                await message.nack(requeue=True)
                continue
            await publisher.publish(
                message.body,
                exchange=EVENTS_EXCHANGE,
                routing_key=message.routing_key or "",
                message_id=message.message_id or "",
                type_=message.type or "",
                correlation_id=message.correlation_id,
                headers=kept_headers(message),
            )
            await message.ack()
            told += 1
        return told
