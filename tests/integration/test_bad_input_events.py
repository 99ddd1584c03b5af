"""A message that cannot be understood is set aside with its reason, and the next one flows."""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest

from deploy.product import OPERATOR
from shared.contracts.scheduling import InspectionScheduledV1
from shared.messaging.operations import Operations, Shelved
from shared.messaging.topology import EVENTS_EXCHANGE, dead_queue, parked_queue
from shared.mongo import Store
from tests.support.product import Company
from tests.support.stack import Stack
from tools.samples import published

LISTENERS = ("billing", "portal", "notifications")
NAME = InspectionScheduledV1.name
WITHIN_SECONDS = 30


class Wire:
    """The bus, spoken to directly."""

    def __init__(self, stack: Stack, exchange: aio_pika.abc.AbstractExchange) -> None:
        self._stack = stack
        self._exchange = exchange

    async def tell(self, body: bytes, type_: str = NAME) -> str:
        """Publish as if a service of ours had; the message's id."""
        message = aio_pika.Message(body, message_id=f"bad-{uuid4().hex}", type=type_)
        await self._exchange.publish(message, type_, mandatory=True)
        return str(message.message_id)

    async def shelved(self, service: str, message_id: str) -> Shelved:
        """Where a service has put that message."""
        store = Store(self._stack.mongo_url(service), service)
        try:
            async with (
                asyncio.timeout(WITHIN_SECONDS),
                Operations.opened(service, self._stack.rabbit_url(service), store) as operations,
            ):
                while True:
                    for found in await operations.shelved():
                        if found.id == message_id:
                            return found
                    await asyncio.sleep(0.1)  # asked again until the deadline above
        finally:
            await store.close()


@pytest.fixture
async def wire(stack: Stack) -> AsyncIterator[Wire]:
    """The bus; what a test has put on the shelves is taken off at the end."""
    connection = await aio_pika.connect(stack.rabbit_url(OPERATOR))
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        yield Wire(stack, await channel.get_exchange(EVENTS_EXCHANGE, ensure=False))
        for service in LISTENERS:
            for shelf in (dead_queue(service), parked_queue(service)):
                await (await channel.get_queue(shelf, ensure=False)).purge()


def book_and_see(company: Company) -> None:
    """A booking goes all the way: invoice, page, mail."""
    booking = company.book()
    assert booking.invoice()["total_cents"] == 47_500
    assert "1482 Alder Creek Rd" in booking.client().page.text


async def test_malformed_events_become_dead_letters_with_a_reason(
    wire: Wire, company: Company
) -> None:
    whole = published(InspectionScheduledV1).model_dump(mode="json")
    without_site = {**whole["data"], "inspection": {**whole["data"]["inspection"]}}
    del without_site["inspection"]["site"]
    reasons = {
        b"not json at all": "malformed",
        b'"a string"': "malformed",
        json.dumps({"hello": "world"}).encode(): "malformed",
        json.dumps({**whole, "id": "x", "data": without_site}).encode(): "data.inspection.site",
        json.dumps({**whole, "id": "x", "time": "yesterday"}).encode(): "time",
    }
    sent = {await wire.tell(body): reason for body, reason in reasons.items()}
    await asyncio.to_thread(book_and_see, company)
    for message_id, reason in sent.items():
        for service in LISTENERS:
            found = await wire.shelved(service, message_id)
            assert found.shelf == dead_queue(service)
            assert found.reason.startswith("PermanentError: malformed")
            assert reason in found.reason
            assert "1482" not in found.reason


async def test_an_event_of_a_version_to_come_is_parked(wire: Wire, company: Company) -> None:
    body = published(InspectionScheduledV1).model_dump_json().encode()
    message_id = await wire.tell(body, NAME.replace(".v1", ".v99"))
    await asyncio.to_thread(book_and_see, company)
    for service in LISTENERS:
        found = await wire.shelved(service, message_id)
        assert found.shelf == parked_queue(service)
        assert found.type == NAME.replace(".v1", ".v99")
        assert "UnknownVersionError" in found.reason
