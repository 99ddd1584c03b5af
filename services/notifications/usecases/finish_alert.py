"""Somebody has done what an alert asked for."""

from datetime import datetime

from services.notifications.domain.refusals import AlertNotFoundError
from services.notifications.domain.signals import ALERTS_CHANGED
from services.notifications.usecases.ports import Desk, Desks


async def finish_alert(
    company_id: str, alert_id: str, *, by: str, desks: Desks, now: datetime
) -> None:
    """Mark it done for everybody; every open page learns of it."""

    async def write(desk: Desk) -> None:
        if not await desk.feed.finish(company_id, alert_id, by=by, at=now):
            raise AlertNotFoundError
        await desk.feed.signal(company_id, (ALERTS_CHANGED,))

    await desks.together(write)
