"""What an operator sees and does in a browser, and the numbers an alarm is set on."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from typing import Any

import aio_pika
import httpx
import pytest
import pytest_asyncio

from deploy.demo.office import eventually
from deploy.product import OPERATOR, SERVICES
from shared.contracts.billing import InvoiceChangedV1
from shared.messaging.topology import EVENTS_EXCHANGE, events_queue
from tests.integration.test_operators import REBUILT_SECONDS, bury
from tests.support.product import Company
from tests.support.shelves import clear_shelves
from tests.support.stack import OPERATOR_PASSWORD, Stack
from tests.support.visitor import Page, Visitor

NOBODYS = "portal.nobody_asked.v1"


@pytest_asyncio.fixture(autouse=True, scope="module", loop_scope="module")
async def _shelves(_running: Stack) -> AsyncIterator[None]:
    yield
    await clear_shelves(_running)


@pytest.fixture
def operator_of(stack: Stack) -> Iterator[Callable[[str], Visitor]]:
    """Operators' browsers, each on a service's own port; closed at the end."""
    with ExitStack() as browsers:

        def opened(service: str) -> Visitor:
            visitor = browsers.enter_context(Visitor(stack.services[service]))
            visitor.http.auth = (OPERATOR, OPERATOR_PASSWORD)
            return visitor

        yield opened


OperatorOf = Callable[[str], Visitor]


def number(stack: Stack, service: str, name: str) -> float:
    """One of the numbers a service tells, 0 when it has never counted."""
    lines = httpx.get(f"{stack.services[service]}/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{name} "))


async def send(stack: Stack, user: str, routing_key: str, body: bytes, message_id: str) -> None:
    """A message to everybody's exchange, as that user of the broker."""
    connection = await aio_pika.connect(stack.rabbit_url(user))
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.get_exchange(EVENTS_EXCHANGE, ensure=False)
        await exchange.publish(
            aio_pika.Message(
                body, message_id=message_id, type=routing_key, correlation_id=f"of-{message_id}"
            ),
            routing_key,
        )


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_shows_its_queues_and_its_outbox(
    stack: Stack, operator_of: OperatorOf, service: str
) -> None:
    operator = operator_of(service)
    page = operator.open("/operator")
    assert page.status == 200
    assert f"Queues and outbox of {service}" in page.text
    eventually(
        lambda: f"{events_queue(service)} 0 1" in operator.open("/operator").text,
        "an empty queue with its consumer",
    )
    assert "Waiting in the outbox" in page.text
    assert ("Rebuild the read model" in page.text) is (service == "portal")
    assert ("Unrouted" in page.text) is (service == "notifications")
    assert httpx.get(f"{stack.services[service]}/operator").status_code == 401


async def test_dead_letters_are_shown_and_replayed_one_and_all(
    stack: Stack, operator_of: OperatorOf, company: Company
) -> None:
    booking = company.book()
    client = booking.client()
    stack.stop("portal")
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", fee)
    booking.wait_invoice(total_cents=50_000)
    buried = await bury(stack, "portal")
    stack.start("portal")

    operator = operator_of("portal")
    page = operator.open("/operator")
    assert all(message_id in page.text for message_id in buried)
    assert "a test" in page.text
    assert booking.client_email not in page.html
    assert operator.submit(page.form("Replay all")).status == 422
    replayed = operator.submit(page.form(f"Replay {buried[0]}"))
    assert "Given to the service again: 1" in replayed.text
    again = operator.submit(page.form("Replay all"), sure="on")
    assert f"Given to the service again: {len(buried) - 1}" in again.text
    client.wait("Pay $500.00")
    eventually(lambda: nothing_dead(operator), "an empty shelf")


def nothing_dead(operator: Visitor) -> bool:
    return "No message has failed for good." in operator.open("/operator").text


@pytest.mark.timeout(320)
def test_the_read_model_is_rebuilt_from_the_page(operator_of: OperatorOf, company: Company) -> None:
    client = company.book().client()
    operator = operator_of("portal")
    page = operator.open("/operator")
    assert operator.submit(page.form("Rebuild")).status == 422
    emptied = operator.submit(page.form("Rebuild"), sure="on")
    assert "Views emptied" in emptied.text
    client.wait("Pay $475.00", within=REBUILT_SECONDS)


def told_again(operator: Visitor, page: Page, password: str) -> Page:
    return operator.submit(page.form("Tell again"), sure="on", broker_password=password)


async def test_unrouted_events_are_counted_shown_and_told_again_by_the_brokers_operator(
    stack: Stack, operator_of: OperatorOf
) -> None:
    await send(stack, "portal", NOBODYS, b"{}", "nobody-asked-1")
    eventually(
        lambda: number(stack, "notifications", "doorstep_unrouted_messages") >= 1,
        "the number that is alarmed on",
        within=40,
    )
    operator = operator_of("notifications")
    page = operator.open("/operator")
    assert "nobody-asked-1" in page.text
    assert "nobody listens to it" in page.text
    refused = told_again(operator, page, "wrong")
    assert refused.status == 403
    assert "nobody-asked-1" in operator.open("/operator").text

    listener = await aio_pika.connect(stack.rabbit_url(OPERATOR))
    async with listener:
        channel = await listener.channel()
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(EVENTS_EXCHANGE, NOBODYS)
        told = told_again(operator, page, stack.secrets.rabbitmq_passwords[OPERATOR])
        assert "Told again: " in told.text
        heard = await queue.get(timeout=10)
        assert heard.message_id == "nobody-asked-1"
    assert "Every event has somebody who listens." in operator.open("/operator").text


async def test_what_is_shelved_is_counted(stack: Stack, operator_of: OperatorOf) -> None:
    name = 'doorstep_events_shelved_total{shelf="dead"}'
    before = number(stack, "portal", name)
    await send(stack, "billing", InvoiceChangedV1.name, b"not an event", "malformed-1")
    eventually(lambda: number(stack, "portal", name) == before + 1, "one more on the shelf")
    operator = operator_of("portal")
    assert "malformed-1" in operator.open("/operator").text
    assert "of-malformed-1" in operator.open("/operator").text


async def test_one_correlation_id_is_followed_through_the_logs_of_two_services(
    stack: Stack,
) -> None:
    await send(stack, "billing", InvoiceChangedV1.name, b"not an event", "malformed-2")
    for service in ("portal", "notifications"):
        line = eventually(lambda of=service: logged(stack, of, "of-malformed-2"), service)
        assert (line["service"], line["event"]) == (service, "event shelved")
        assert line["event_id"] == "malformed-2"


def logged(stack: Stack, service: str, correlation_id: str) -> dict[str, Any] | None:
    """The line of a service's log that bears this correlation id."""
    lines = [json.loads(line) for line in stack.log(service).splitlines() if correlation_id in line]
    return next((line for line in lines if line.get("correlation_id") == correlation_id), None)


def test_the_age_of_the_outbox_is_told_while_the_broker_is_away(
    stack: Stack, company: Company
) -> None:
    assert number(stack, "scheduling", "doorstep_outbox_oldest_seconds") < 60
    stack.pause("rabbitmq")
    try:
        company.book()
        oldest = "doorstep_outbox_oldest_seconds"
        eventually(lambda: number(stack, "scheduling", oldest) > 2, "an event that waits")
    finally:
        stack.resume("rabbitmq")
    eventually(lambda: number(stack, "scheduling", oldest) == 0, "all have left")
