"""The live stream: every step of the company's feed, in order, from where the reader left off.

Steps are read from the database by number, a page at a time, so a slow reader holds no buffer and
a reader who comes back after a minute, on another instance, misses nothing and sees nothing twice.
Named messages become events on the page; an alert arrives as a line for the list. The number is
sent with the last message of a step: until it has arrived, the whole step is sent again.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse
from jinja2 import Environment
from prometheus_client import Gauge

from services.notifications.domain.signals import ALERTS_CHANGED, FeedItem
from services.notifications.entrypoints.alert_views import Show, fits, view, wanted
from services.notifications.entrypoints.office import (
    Office,
    Reader,
    TheOffice,
    sees_platform,
    zone_of,
)
from services.notifications.usecases.ports import AlertFilter
from shared.identity import Staff
from shared.problems import UnavailableError

STEPS_AT_ONCE = 50
HEARTBEAT_SECONDS = 15
LIFETIME_SECONDS = 600
"""Then the browser asks again, and again shows who it is."""
STREAMS_MAX = 500
RECONNECT_MS = 1000
router = APIRouter(include_in_schema=False)
_streams = Gauge("doorstep_alert_streams", "Open live streams of this instance.")


@router.get("/notifications/fragments/alerts/stream")
async def stream(
    request: Request,
    *,
    staff: Reader,
    office: TheOffice,
    show: Annotated[Show | None, Query()] = None,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """Signals for every page; with `show`, also the alerts of that filter as lines of the feed."""
    if office.waker.listeners >= STREAMS_MAX:
        raise UnavailableError("Too many pages are open")
    feed = office.post.desks.reading.feed
    if last_event_id is not None and last_event_id.isascii() and last_event_id.isdigit():
        start = int(last_event_id)
    else:
        start = after if after is not None else await feed.latest_seq(staff.company_id)
    reader = StreamReader(request.app.state.pages, office, staff, show=show, start=start)
    return StreamingResponse(
        reader.messages(),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


class StreamReader:
    """One open stream."""

    def __init__(
        self, pages: Environment, office: Office, staff: Staff, *, show: Show | None, start: int
    ) -> None:
        self._pages = pages
        self._office = office
        self._staff = staff
        self._asked: AlertFilter | None = (
            wanted(show, with_platform=sees_platform(staff), staff_id=staff.staff_id)
            if show
            else None
        )
        self._seq = start

    async def messages(self) -> AsyncIterator[str]:
        """Text of the stream, for as long as one may last."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + LIFETIME_SECONDS
        waker = self._office.waker
        with waker.listening(self._staff.company_id) as called, _streams.track_inprogress():
            yield f"retry: {RECONNECT_MS}\n\n"
            while not waker.leaving and loop.time() < ends_at:
                called.clear()
                async for message in self._new_steps():
                    yield message
                try:
                    await asyncio.wait_for(called.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield ": still here\n\n"

    async def _new_steps(self) -> AsyncIterator[str]:
        feed = self._office.post.desks.reading.feed
        while steps := await feed.after(self._staff.company_id, self._seq, STEPS_AT_ONCE):
            if steps[0].seq > self._seq + 1:
                # What lies between has expired: let the page read the list anew.
                yield _message(event=ALERTS_CHANGED, data="all")
            for step in steps:
                for text in await self._told(step):
                    yield text
                self._seq = step.seq

    async def _told(self, step: FeedItem) -> list[str]:
        messages = list(_signals(step))
        if step.alert is not None and self._asked and fits(step.alert, self._asked):
            messages.append(_message(data=await self._line(step)))
        if not messages:
            messages.append(_message(event="step", data=""))
        return [*messages[:-1], f"id: {step.seq}\n{messages[-1]}"]

    async def _line(self, step: FeedItem) -> str:
        views = self._office.post.desks.reading.views
        company_id = self._staff.company_id
        about = step.alert.inspection_id if step.alert else None
        inspection = await views.inspection(company_id, about) if about else None
        team = await views.staff(company_id)
        return self._pages.get_template("feed_line.html").render(
            row=view(step, inspection, seen_seq=0, names={one.staff_id: one.name for one in team}),
            zone=await zone_of(self._office, company_id),
            csrf_token=self._staff.csrf_token,
        )


def _signals(step: FeedItem) -> Iterator[str]:
    for name in step.signals:
        yield _message(event=name, data=step.inspection_id or "all")


def _message(*, data: str, event: str = "") -> str:
    named = f"event: {event}\n" if event else ""
    lines = "".join(f"data: {line}\n" for line in data.strip().splitlines() or [""])
    return f"{named}{lines}\n"
