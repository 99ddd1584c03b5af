"""What happens because time has passed: reminders and digests."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from services.notifications.usecases.ports import Desks
from services.notifications.usecases.remind import remind
from services.notifications.usecases.send_digests import send_digests

LOOK_SECONDS = 120
log = structlog.get_logger()


class Clockwork:
    """Looks every two minutes; several instances may, since each mail has one name."""

    def __init__(self, desks: Desks, clock: Callable[[], datetime]) -> None:
        """Looks at nothing before `run`."""
        self._desks = desks
        self._clock = clock

    async def run(self) -> None:
        """For ever. Raises when the database goes away, and is started again."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """One look."""
        now = self._clock()
        reminders = await remind(desks=self._desks, at=now, now=now)
        digests = await send_digests(desks=self._desks, now=now)
        if reminders or digests:
            log.info("time has come", reminders=reminders, digests=digests)
