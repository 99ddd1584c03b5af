"""The staff pages' live line: every step once and in order, also after the line was cut."""

import queue
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Company
from tests.support.stack import Stack
from tests.support.visitor import Visitor

STREAM = "/notifications/fragments/alerts/stream"


@dataclass
class Message:
    """One message of the stream."""

    event: str = "message"
    data: str = ""
    id: str = ""


@dataclass
class Line:
    """An open live line and what has come over it."""

    messages: list[Message] = field(default_factory=list)
    status: int = 0
    content_type: str = ""

    @property
    def last_id(self) -> str:
        return next((m.id for m in reversed(self.messages) if m.id), "")

    @property
    def ids(self) -> list[int]:
        return [int(m.id) for m in self.messages if m.id]

    def named(self, event: str, about: str) -> list[Message]:
        return [m for m in self.messages if m.event == event and m.data == about]

    def lines_saying(self, words: str) -> list[Message]:
        """New rows of the feed that say this."""
        return [m for m in self.messages if m.event == "message" and words in m.data]

    def wait_for(self, event: str, about: str) -> None:
        eventually(lambda: self.named(event, about), f"{event} of {about}")

    def wait_line(self, words: str) -> None:
        eventually(lambda: self.lines_saying(words), f"a feed row with {words!r}")


@contextmanager
def listening(staff: Visitor, last_id: str = "", **params: str) -> Iterator[Line]:
    """Listen in the background, as an open page does, until the end of the block."""
    line, opened = Line(), queue.Queue[socket.socket]()
    cookies = "; ".join(f"{c.name}={c.value}" for c in staff.http.cookies.jar)
    headers = {"Accept": "text/event-stream", "Cookie": cookies}
    if last_id:
        headers["Last-Event-ID"] = last_id
    client = httpx.Client(base_url=staff.gateway, timeout=30)

    def read() -> None:
        try:
            with client.stream("GET", STREAM, params=params, headers=headers) as answer:
                opened.put(answer.extensions["network_stream"].get_extra_info("socket"))
                line.content_type = answer.headers["content-type"]
                line.status = answer.status_code
                for message in messages(answer.iter_lines()):
                    line.messages.append(message)
        except httpx.HTTPError:
            return  # the line was cut; what came before counts

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    connection = opened.get(timeout=30)
    try:
        eventually(lambda: line.status, "the line is open")
        assert (line.status, line.content_type.split(";")[0]) == (200, "text/event-stream")
        yield line
    finally:
        connection.shutdown(socket.SHUT_RDWR)
        reader.join(timeout=30)
        client.close()


def messages(lines: Iterator[str]) -> Iterator[Message]:
    """Read the format of server-sent events."""
    fields: dict[str, str] = {}
    for text in lines:
        if not text and fields:
            yield Message(**fields)
            fields = {}
        name, _, value = text.partition(": ")
        if name in {"event", "id"}:
            fields[name] = value
        elif name == "data":
            fields[name] = f"{fields[name]}\n{value}" if name in fields else value


@pytest.fixture
def staff(company: Company) -> Visitor:
    return company.staff_browser()


def pay(booking: Booking) -> None:
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")


def in_order_and_once(ids: list[int]) -> bool:
    return all(earlier < later for earlier, later in pairwise(ids))


def test_a_booking_and_its_payment_appear_without_reloading(
    company: Company, staff: Visitor
) -> None:
    with listening(staff, show="all") as line:
        booking = company.book()
        line.wait_for("inspection:changed", booking.inspection_id)
        line.wait_for("payments:changed", booking.inspection_id)
        line.wait_line("1482 Alder Creek Rd")
        pay(booking)
        line.wait_line("Ellen Park paid $475.00")
        booking.mail("receipt")
        line.wait_for("emails:changed", booking.inspection_id)
        booking.publish()
        eventually(
            lambda: len(line.named("inspection:changed", booking.inspection_id)) > 2,
            "the page hears of the report",
        )
    assert len(line.lines_saying("Ellen Park paid $475.00")) == 1
    assert in_order_and_once(line.ids)
    row = line.lines_saying("Ellen Park paid $475.00")[0].data
    assert "<hx-partial" in row


def test_every_box_of_the_inspection_page_asks_when_its_event_comes(
    company: Company, staff: Visitor
) -> None:
    """The page names the events; the stream sends them; the boxes answer with what is new."""
    booking = company.book()
    booking.link()
    page = staff.open(f"/staff/scheduling/inspections/{booking.inspection_id}")
    asked = {
        str(tag["hx-get"]).rsplit("/", 1)[-1]: str(tag["hx-trigger"])
        for tag in page.soup.select("[hx-get][hx-trigger]")
        if booking.inspection_id in str(tag["hx-get"])
    }
    assert "payments:changed" in asked["payments"]
    assert "emails:changed" in asked["emails"]
    assert {"services", "release", "people", "report"} <= set(asked)
    for box in ("services", "release", "people", "report"):
        assert "inspection:changed" in asked[box], box
    payments = f"/billing/fragments/inspections/{booking.inspection_id}/payments"
    with listening(staff) as line:
        assert "$475.00" in staff.open(payments).text
        fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
        company.office.post(f"{booking.path}/lines", fee)
        line.wait_for("payments:changed", booking.inspection_id)
        eventually(lambda: "$500.00" in staff.open(payments).text, "the box with the fee")


def test_a_line_that_was_cut_goes_on_where_it_stopped(company: Company, staff: Visitor) -> None:
    first = company.book()
    with listening(staff, show="all") as line:
        second = company.book()
        line.wait_line("1482 Alder Creek Rd")
        line.wait_for("payments:changed", second.inspection_id)
    seen = line.last_id
    assert seen
    third = company.book()
    third.invoice()
    pay(first)
    with listening(staff, last_id=seen, show="all") as again:
        again.wait_for("inspection:changed", third.inspection_id)
        again.wait_line("Ellen Park paid $475.00")
        pay(third)
        eventually(
            lambda: len(again.lines_saying("Ellen Park paid $475.00")) == 2, "the second payment"
        )
    assert in_order_and_once(again.ids)
    assert again.ids[0] > int(seen)
    with listening(staff, last_id=seen, show="all") as whole:
        eventually(lambda: whole.ids and whole.ids[-1] >= again.ids[-1], "the same end")
    assert whole.ids[: len(again.ids)] == again.ids


def test_a_restart_of_the_service_loses_no_step(
    stack: Stack, company: Company, staff: Visitor
) -> None:
    with listening(staff, show="all") as line:
        company.book()
        line.wait_line("1482 Alder Creek Rd")
    seen = line.last_id
    stack.restart("notifications")
    booking = company.book()
    with listening(staff, last_id=seen, show="all") as again:
        again.wait_for("inspection:changed", booking.inspection_id)
    assert again.ids
    assert in_order_and_once(again.ids)


def test_another_companys_steps_are_not_heard(open_one, staff: Visitor) -> None:
    stranger = open_one("Elsewhere")
    other = stranger.staff_browser()
    with listening(staff, show="all") as line, listening(other, show="all") as theirs:
        booking = stranger.book()
        theirs.wait_for("inspection:changed", booking.inspection_id)
        theirs.wait_for("emails:changed", booking.inspection_id)
        assert not [m for m in line.messages if booking.inspection_id in m.data]
        assert not line.lines_saying("1482 Alder Creek Rd")


def test_nobody_listens_without_signing_in(company: Company) -> None:
    answer = company.visitor().open(STREAM, follow=False)
    assert answer.status == 303
    assert "/staff/scheduling/session/renew" in answer.headers["location"]
