"""The stream of a company's feed: in order, resumable at any message, nothing lost or doubled."""

import re

import pytest

from services.notifications.entrypoints import alert_stream
from services.notifications.entrypoints.alert_stream import StreamReader
from services.notifications.entrypoints.office import Office
from services.notifications.usecases.raise_unrouted_alarm import raise_unrouted_alarm
from shared.identity import Staff
from tests.support import notifications_events as told
from tests.support.notifications_fakes import TEMPLATES, Bench, FakeWaker

PAGES = TEMPLATES
PRIYA = Staff(company_id=told.COMPANY, staff_id="priya", name="Priya Raman", role="office")
OWNER = Staff(company_id=told.COMPANY, staff_id="olga", name="Olga", role="owner")


class Browser:
    """Reads a stream as a page does: remembers the last number, collects lines and events."""

    def __init__(self, bench: Bench, *, show: str | None = "all", staff: Staff = PRIYA) -> None:
        self.bench = bench
        self.show = show
        self.staff = staff
        self.last_id = 0
        self.lines: list[str] = []
        self.events: list[tuple[str, str]] = []

    async def read(self, messages: int = 1000) -> None:
        """Connect, take at most this many messages, lose the connection."""
        office = Office(post=self.bench.office, figures=None, waker=FakeWaker())
        reader = StreamReader(PAGES, office, self.staff, show=self.show, start=self.last_id)
        stream = reader.messages()
        taken = 0
        async for text in stream:
            if text.startswith(":") or taken == messages:
                break
            if not text.startswith("retry:"):
                self._apply(text)
                taken += 1
        await stream.aclose()

    def _apply(self, text: str) -> None:
        fields = re.findall(r"^(id|event|data): ?(.*)$", text, re.MULTILINE)
        values = dict(fields)
        if "event" in values:
            self.events.append((values["event"], values["data"]))
        else:
            self.lines += re.findall(r'<p class="t">(.*?)</p>', text)
        self.last_id = int(values.get("id", self.last_id))


async def a_bench() -> Bench:
    bench = Bench()
    await bench.hear(told.company_changed(), told.scheduled())
    await bench.hear(told.recorded(), told.returned())
    return bench


EXPECTED = [
    "1482 Alder Creek Rd booked for Ellen Park",
    "Ellen Park paid $625.00",
    "ACH payment of $625.00 was returned",
]
MESSAGES = 11
"""What those three steps come to: named events and lines."""


@pytest.fixture(autouse=True)
def _quick_heartbeat(monkeypatch):
    monkeypatch.setattr(alert_stream, "HEARTBEAT_SECONDS", 0.01)


async def test_alerts_come_in_order_with_the_events_that_refresh_boxes():
    browser = Browser(await a_bench())

    await browser.read()

    assert browser.lines == EXPECTED
    assert ("payments:changed", told.INSPECTION) in browser.events
    assert ("inspection:changed", told.INSPECTION) in browser.events
    assert ("alerts:changed", told.INSPECTION) in browser.events
    assert browser.last_id == await browser.bench.desk.feed.latest_seq(told.COMPANY)


@pytest.mark.parametrize("dropped_after", range(1, MESSAGES))
async def test_a_connection_lost_after_any_message_loses_and_doubles_no_alert(dropped_after):
    browser = Browser(await a_bench())

    await browser.read(dropped_after)
    assert len(browser.lines) < len(EXPECTED)
    await browser.read()

    assert browser.lines == EXPECTED


async def test_a_page_without_the_feed_gets_events_only():
    browser = Browser(await a_bench(), show=None)

    await browser.read()

    assert browser.lines == []
    assert browser.last_id == 3


async def test_a_filter_shows_its_own_alerts_and_still_counts_on():
    browser = Browser(await a_bench(), show="action")

    await browser.read()

    assert browser.lines == ["ACH payment of $625.00 was returned"]
    assert browser.last_id == 3


async def test_steps_that_expired_meanwhile_make_the_page_read_the_list_anew():
    bench = await a_bench()
    bench.desk.feed.steps[told.COMPANY] = bench.desk.feed.steps[told.COMPANY][2:]
    browser = Browser(bench)

    await browser.read()

    assert browser.events[:1] == [("alerts:changed", "all")]


async def test_a_stream_ends_when_the_process_leaves():
    bench = await a_bench()
    waker = FakeWaker()
    office = Office(post=bench.office, figures=None, waker=waker)
    stream = StreamReader(PAGES, office, PRIYA, show="all", start=0).messages()
    texts = []

    async for text in stream:
        texts.append(text)
        waker.leave()

    assert texts == ["retry: 1000\n\n"]


async def test_the_line_of_an_alert_is_one_partial_for_the_feed():
    bench = await a_bench()
    office = Office(post=bench.office, figures=None, waker=FakeWaker())
    stream = StreamReader(PAGES, office, PRIYA, show="all", start=1).messages()
    texts = [await anext(stream) for _ in range(5)]  # retry, three events, the line
    [line] = [text for text in texts if "hx-partial" in text]

    assert line.startswith("id: 2\ndata: <hx-partial")
    assert all(row.startswith(("id:", "data:")) for row in line.strip().splitlines())
    await stream.aclose()


async def test_only_owners_hear_about_the_platform():
    bench = await a_bench()
    assert await raise_unrouted_alarm(3, desks=bench.desks, now=bench.now) == 1
    assert await raise_unrouted_alarm(5, desks=bench.desks, now=bench.now) == 0

    office, owner = Browser(bench), Browser(bench, staff=OWNER)
    office.last_id = owner.last_id = 3
    await office.read()
    await owner.read()

    assert office.lines == []
    assert owner.lines == ["Messages between services are not being delivered"]
