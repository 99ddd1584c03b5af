"""Take in something another service told: remember it, tell staff, queue mails."""

from datetime import datetime

from services.notifications.domain.account_mailing import account_mails, needs_account
from services.notifications.domain.alerting_accounts import account_of
from services.notifications.domain.automating import (
    automated_mails,
    cause_of_trigger,
    trigger_of,
)
from services.notifications.domain.causes import cause_of
from services.notifications.domain.mail import Mail, MailState
from services.notifications.domain.mailing import mails_for
from services.notifications.domain.sending import suppression
from services.notifications.domain.signals import inspection_of
from services.notifications.usecases.ports import Desk
from services.notifications.usecases.raise_alert import raise_alert
from shared.contracts.event import Event
from shared.contracts.notifications import EmailSuppressedV1
from shared.contracts.portal import LinkOpenedV1
from shared.contracts.scheduling import InspectionEvent
from shared.contracts.scheduling_accounts import CustomerAccount


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
    account = await _account(event, desk)
    mails = [
        *await raise_alert(event, account, cause=cause, at=at, desk=desk, now=now),
        *mails_for(event, cause=cause, now=now),
        *account_mails(event, account, cause=cause, now=now),
        *await _automated(event, cause, desk, now),
    ]
    await _queue(mails, desk, now)


async def _account(event: Event, desk: Desk) -> CustomerAccount | None:
    account_id = account_of(event)
    if account_id is None:
        return None
    account = await desk.views.account(event.company_id, account_id)
    if account is None and needs_account(event):
        raise NotKnownYetError(f"account {account_id}")
    return account


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
        situation = await desk.views.situation(
            mail.company_id, mail.inspection_id, mail.invoice_id, mail.account_id
        )
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
