"""The queues of messages that failed, wait for a newer release, or have no listener."""

import aio_pika
import httpx

from deploy.demo.office import eventually
from deploy.product import OPERATOR, SERVICES
from shared.messaging.topology import UNROUTED, dead_queue, parked_queue
from tests.support.product import forget_unused_companies
from tests.support.stack import Stack


async def clear_shelves(stack: Stack) -> None:
    """Take everything off them; no company opened from now on is told of what there was."""
    shelves = [shelf(service) for service in SERVICES for shelf in (dead_queue, parked_queue)]
    connection = await aio_pika.connect(stack.rabbit_url(OPERATOR))
    async with connection:
        channel = await connection.channel()
        for name in (UNROUTED, *shelves):
            await (await channel.get_queue(name, ensure=False)).purge()
    metrics = f"{stack.services['notifications']}/metrics"
    eventually(
        lambda: "\ndoorstep_unrouted_messages 0.0\n" in httpx.get(metrics).text,
        "nothing is unrouted",
        within=90,
    )
    forget_unused_companies()
