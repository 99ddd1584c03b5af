"""Put what an event means for staff into the feed, and tell those it is assigned to."""

from datetime import datetime

from services.notifications.domain.alert import Alert
from services.notifications.domain.alert_resources import RESOURCE_OF_KIND, assigned
from services.notifications.domain.alerting import alert_for
from services.notifications.domain.mail import Mail
from services.notifications.domain.signals import ALERTS_CHANGED, inspection_of, signals_for
from services.notifications.domain.staff_mail import alert_mail
from services.notifications.usecases.ports import Desk
from shared.contracts.event import Event
from shared.contracts.notifications import AlertRaisedV1
from shared.contracts.scheduling import StaffMember
from shared.contracts.scheduling_accounts import CustomerAccount


async def raise_alert(
    event: Event,
    account: CustomerAccount | None,
    *,
    cause: str,
    at: datetime,
    desk: Desk,
    now: datetime,
) -> list[Mail]:
    """Append the step; return the mails to staff. A repeat appends and mails nothing.

    With nobody chosen the alert is in the feed, unassigned, and nobody is notified (C27).
    """
    alert = alert_for(event, cause=cause, at=at, account_name=account.name if account else "")
    staff: list[StaffMember] = []
    if alert is not None and alert.kind in RESOURCE_OF_KIND:
        staff = await desk.views.staff(event.company_id)
        chosen = await desk.alert_choices.chosen(event.company_id)
        alert = assigned(alert, chosen, staff)
    signals = (*signals_for(event), *([ALERTS_CHANGED] if alert else []))
    fresh = await desk.feed.add(alert, signals, event) if signals else True
    if alert is None or not fresh:
        return []
    await desk.tell([_raised(alert.alert_id, event, alert.kind, alert.level, alert.text)])
    return await _mails(alert, staff, desk, now)


async def _mails(alert: Alert, staff: list[StaffMember], desk: Desk, now: datetime) -> list[Mail]:
    if not alert.assigned_to:
        return []
    company = await desk.views.company(alert.company_id)
    zone = company.time_zone if company else "UTC"
    mails = []
    for member in staff:
        if member.staff_id in alert.assigned_to:
            preference = await desk.preferences.of(alert.company_id, member.staff_id)
            mails.append(alert_mail(alert, member, preference, zone=zone, now=now))
    return [mail for mail in mails if mail is not None]


def _raised(alert_id: str, event: Event, kind: str, level: str, text: str) -> AlertRaisedV1:
    return AlertRaisedV1.model_validate(
        {
            "company_id": event.company_id,
            "alert_id": alert_id,
            "inspection_id": inspection_of(event),
            "kind": kind,
            "level": level,
            "text": text,
        }
    )
