"""How many events nobody listens to, asked of the broker itself."""

import aio_pika
from aio_pika.abc import AbstractConnection

from shared.messaging.topology import UNROUTED, queue_depth


class UnroutedQueue:
    """The platform's shelf for events without a listener."""

    def __init__(self, rabbit_url: str) -> None:
        """Connects at the first question."""
        self._rabbit_url = rabbit_url
        self._connection: AbstractConnection | None = None

    async def depth(self) -> int:
        """Messages on the shelf. Raises what the connection raises."""
        if self._connection is None or self._connection.is_closed:
            self._connection = await aio_pika.connect(self._rabbit_url)
        messages, _consumers = await queue_depth(self._connection, UNROUTED)
        return messages
