"""Take in something another service told: remember it, tell staff, queue mails."""

from datetime import datetime

from services.notifications.domain.alerting import alert_for
from services.notifications.domain.automating import (
    automated_mails,
    cause_of_trigger,
    trigger_of,
)
from services.notifications.domain.causes import cause_of
from services.notifications.domain.mail import Mail, MailState
from services.notifications.domain.mailing import mails_for
from services.notifications.domain.sending import suppression
from services.notifications.domain.signals import ALERTS_CHANGED, inspection_of, signals_for
from services.notifications.usecases.ports import Desk
from shared.contracts.event import Event
from shared.contracts.notifications import AlertRaisedV1, EmailSuppressedV1
from shared.contracts.portal import LinkOpenedV1
from shared.contracts.scheduling import InspectionEvent


class NotKnownYetError(Exception):
    """An event came before what it builds on; it is delivered again a little later."""


async def notice_event(
    event: Event, *, event_id: str, at: datetime, replayed: bool, desk: Desk, now: datetime
) -> None:
    """Apply one event. A repeat changes nothing; a replayed one only updates the views."""
    await desk.views.keep(event, at)
    if isinstance(event, LinkOpenedV1):
        await desk.mails.opened(event.company_id, event.link_id, event.opened_at)
    if replayed:
        return
    cause = cause_of(event, event_id)
    alert = alert_for(event, cause=cause, at=at)
    signals = (*signals_for(event), *([ALERTS_CHANGED] if alert else []))
    fresh = await desk.feed.add(alert, signals, event) if signals else True
    if alert and fresh:
        await desk.tell([_raised(alert.alert_id, event, alert.kind, alert.level, alert.text)])
    mails = [*mails_for(event, cause=cause, now=now), *await _automated(event, cause, desk, now)]
    await _queue(mails, desk, now)


async def _automated(event: Event, cause: str, desk: Desk, now: datetime) -> list[Mail]:
    trigger = trigger_of(event)
    about = inspection_of(event)
    if trigger is None or about is None:
        return []
    automations = await desk.automations.all(event.company_id)
    if not any(found.trigger is trigger and found.on for found in automations):
        return []
    if isinstance(event, InspectionEvent):
        inspection = event.inspection
    else:
        known = await desk.views.inspection(event.company_id, about)
        if known is None:
            raise NotKnownYetError(f"inspection {about}")
        inspection = known
    return automated_mails(
        trigger,
        inspection,
        automations,
        company_id=event.company_id,
        cause=cause_of_trigger(trigger, about, cause),
        now=now,
    )


async def _queue(mails: list[Mail], desk: Desk, now: datetime) -> None:
    decided = []
    for mail in mails:
        situation = await desk.views.situation(mail.company_id, mail.inspection_id, mail.invoice_id)
        reason = None if mail.settled else suppression(mail, situation)
        decided.append(mail.suppressed(reason, at=now) if reason else mail)
    added = await desk.mails.queue(decided)
    await desk.tell([suppressed_event(mail, now) for mail in added if _suppressed(mail)])


def _suppressed(mail: Mail) -> bool:
    return mail.state is MailState.SUPPRESSED


def suppressed_event(mail: Mail, at: datetime) -> EmailSuppressedV1:
    """What is told about a mail that was not sent on purpose."""
    return EmailSuppressedV1.model_validate(
        {
            "company_id": mail.company_id,
            "mail_id": mail.mail_id,
            "inspection_id": mail.inspection_id,
            "kind": str(mail.kind),
            "at": at,
            "reason": mail.reason,
        }
    )


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
