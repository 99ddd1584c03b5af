"""Publishing that either happened or raised: persistent, mandatory, confirmed, with a deadline."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress

import aio_pika
from aio_pika.abc import AbstractRobustConnection
from aiormq.exceptions import AMQPError
from pamqp.commands import Basic
from pamqp.common import FieldTable
from yarl import URL

PUBLISH_TIMEOUT_SECONDS = 5.0
CLOSE_SECONDS = 2.0
HEARTBEAT_SECONDS = 5
RECONNECT_SECONDS = 1


class PublishFailedError(Exception):
    """The broker did not confirm; the message may or may not be there, so it is sent again."""


async def connect(rabbit_url: str) -> AbstractRobustConnection:
    """A connection for publishing only: a blocked or stuck one must not stop the consumers."""
    return await aio_pika.connect_robust(watched(rabbit_url), reconnect_interval=RECONNECT_SECONDS)


async def closed(closing: Awaitable[None]) -> None:
    """Close something; a broker that is away or stuck cannot keep us from leaving."""
    with suppress(Exception):  # among them groups of what several subscribers met
        async with asyncio.timeout(CLOSE_SECONDS):
            await closing


def watched(rabbit_url: str) -> str:
    """The address with our heartbeat: a stuck broker is noticed within seconds."""
    return str(URL(rabbit_url).update_query(heartbeat=str(HEARTBEAT_SECONDS)))


class Publisher:
    """One channel with confirms; messages given to it in order reach the broker in order.

    It speaks to the channel below aio-pika's exchange: building the message twice and waiting for
    the socket after each one made up half of the price of an event.
    """

    def __init__(self, connection: AbstractRobustConnection) -> None:
        """Nothing is opened before `open`."""
        self._connection = connection

    async def open(self) -> None:
        """Open the channel; the exchanges it will publish to must exist."""
        self._channel = await self._connection.channel(
            publisher_confirms=True, on_return_raises=True
        )

    async def publish(
        self,
        body: bytes,
        *,
        exchange: str,
        routing_key: str,
        message_id: str,
        type_: str,
        correlation_id: str | None = None,
        headers: Mapping[str, str | int] | None = None,
        drain: bool = True,
    ) -> None:
        """Return when the broker has it on disk. Raises PublishFailedError in every other case.

        Without `drain` the next message may follow before this one has left the process; whoever
        sends many leaves it on for one in a while, so that a clogged connection holds few.
        """
        properties = Basic.Properties(
            content_type="application/json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            message_id=message_id,
            message_type=type_,
            correlation_id=correlation_id,
            headers=_headers(headers),
        )
        try:
            async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
                channel = await self._channel.get_underlay_channel()
                # aiormq's abstract channel does not mention `wait`
                confirmation = await channel.basic_publish(  # type: ignore[call-arg]
                    body,
                    exchange=exchange,
                    routing_key=routing_key,
                    properties=properties,
                    mandatory=True,
                    wait=drain,
                )
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            # aiormq cancels pending confirms when a stuck broker is given up; nobody cancelled us
            raise PublishFailedError("connection lost before the confirm") from error
        except (AMQPError, ConnectionError, TimeoutError, RuntimeError, OSError) as error:
            raise PublishFailedError(f"{type(error).__name__}: {error}") from error
        if not isinstance(confirmation, Basic.Ack):
            raise PublishFailedError("not confirmed")


def _headers(headers: Mapping[str, str | int] | None) -> FieldTable:
    return dict(headers or {})
