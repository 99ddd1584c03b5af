"""How many events nobody listens to, asked of the broker itself."""

from shared.messaging.topology import UNROUTED, Lookout


class UnroutedQueue:
    """The platform's shelf for events without a listener."""

    def __init__(self, rabbit_url: str) -> None:
        """Connects at the first question."""
        self._lookout = Lookout(rabbit_url)

    async def depth(self) -> int:
        """Messages on the shelf. Raises what the connection raises."""
        messages, _consumers = await self._lookout.depth(UNROUTED)
        return messages

    async def close(self) -> None:
        """Leave the broker; the next question connects again."""
        await self._lookout.close()
