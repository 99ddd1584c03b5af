"""Watches the shelf of events nobody listens to: metric, log line, alert."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

import structlog
from aiormq.exceptions import AMQPError
from prometheus_client import Gauge

from services.notifications.usecases.ports import Desks
from services.notifications.usecases.raise_unrouted_alarm import raise_unrouted_alarm

LOOK_SECONDS = 15
log = structlog.get_logger()
_unrouted = Gauge("doorstep_unrouted_messages", "Events on the shelf for which nobody listens.")


class Shelf(Protocol):
    """Where such events end up."""

    async def depth(self) -> int:
        """How many there are."""

    async def close(self) -> None:
        """Look no more for now."""


class UnroutedAlarm:
    """Looks every few seconds; speaks up when the number has grown."""

    def __init__(self, shelf: Shelf, desks: Desks, clock: Callable[[], datetime]) -> None:
        """Looks at nothing before `run`."""
        self._shelf = shelf
        self._desks = desks
        self._clock = clock
        self._last = 0

    async def run(self) -> None:
        """For ever; a broker that is away is somebody else's alarm."""
        try:
            while True:
                await self._try_to_look()
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await self._shelf.close()

    async def _try_to_look(self) -> None:
        try:
            await self.look()
        except (AMQPError, OSError, RuntimeError, TimeoutError) as error:
            log.warning("cannot look for unrouted events", error=type(error).__name__)

    async def look(self) -> None:
        """One look."""
        depth = await self._shelf.depth()
        _unrouted.set(depth)
        if depth > self._last:
            log.error("events are not routed to anybody", count=depth)
            await raise_unrouted_alarm(depth, desks=self._desks, now=self._clock())
        self._last = depth
