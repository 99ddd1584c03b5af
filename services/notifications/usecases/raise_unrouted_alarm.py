"""Tell every company's owners that events were published which nobody listens to."""

from datetime import datetime

from services.notifications.domain.alert import Alert, Category, alert_id
from services.notifications.domain.signals import ALERTS_CHANGED
from services.notifications.usecases.ports import Desk, Desks
from shared.contracts.notifications import AlertRaisedV1


async def raise_unrouted_alarm(depth: int, *, desks: Desks, now: datetime) -> int:
    """One alert per company and day while there are any; return how many were new."""
    if depth == 0:
        return 0
    new = 0
    for company_id in await desks.reading.views.company_ids():
        alert = _alert(company_id, depth, now)

        async def write(desk: Desk, alert: Alert = alert) -> bool:
            told = AlertRaisedV1(
                company_id=alert.company_id,
                alert_id=alert.alert_id,
                inspection_id=None,
                kind=alert.kind,
                level=alert.level,
                text=alert.text,
            )
            fresh = await desk.feed.add(alert, (ALERTS_CHANGED,), told)
            await desk.tell([told] if fresh else [])
            return fresh

        new += await desks.together(write)
    return new


def _alert(company_id: str, depth: int, now: datetime) -> Alert:
    cause = f"{company_id}:unrouted:{now.date().isoformat()}"
    return Alert(
        alert_id=alert_id(cause=cause, kind="platform"),
        company_id=company_id,
        kind="platform",
        category=Category.PLATFORM,
        level="needs_action",
        text="Messages between services are not being delivered",
        detail=f"{depth} on the shelf for unrouted events. Ask whoever runs this installation",
        icon="triangle-alert",
        drawn="bad",
        at=now,
    )
