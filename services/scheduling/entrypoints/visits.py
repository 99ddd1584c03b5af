"""The loop that schedules the visits of recurring services ahead."""

import asyncio

import structlog

from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases.schedule_due_visits import schedule_due_visits

LOOK_FOR_VISITS_SECONDS = 15.0
"""So that the first visit of a new service is on the schedule while staff still look."""

log = structlog.get_logger()


async def schedule_visits(parts: Parts, days_ahead: int) -> None:
    """Schedule what is due for ever; started by the runtime, in every instance."""
    told: tuple[tuple[str, str], ...] = ()
    while True:
        done = await schedule_due_visits(
            office=parts.office, secrets=parts.secrets, now=parts.now(), days_ahead=days_ahead
        )
        if done.booked:
            log.info("visits_scheduled", count=done.booked)
        if done.refused != told:
            log.warning("visits_refused", services=done.refused)
            told = done.refused
        await asyncio.sleep(LOOK_FOR_VISITS_SECONDS)
