"""Events told on the bus as if a service of ours had: of another day, or of another place."""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import aio_pika

from deploy.product import OPERATOR
from shared.contracts.event import Envelope, Event, wrap
from shared.messaging.topology import EVENTS_EXCHANGE
from tests.support.stack import Stack


def tell(stack: Stack, event: Event, at: datetime | None = None) -> None:
    """Publish it as its owner would have at that moment (now)."""
    envelope = wrap(
        event,
        event_id=uuid4().hex,
        source=event.name.split(".", 1)[0],
        time=(at or datetime.now(UTC)).astimezone(UTC),
        correlation_id=uuid4().hex,
        causation_id=None,
    )
    asyncio.run(_publish(stack.rabbit_url(OPERATOR), envelope))


async def _publish(rabbit_url: str, envelope: Envelope) -> None:
    connection = await aio_pika.connect(rabbit_url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
        body = envelope.model_dump_json().encode()
        message = aio_pika.Message(body, message_id=envelope.id, type=envelope.type)
        await exchange.publish(message, envelope.type, mandatory=True)
