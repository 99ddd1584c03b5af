"""Which mails the automations write when something happened to an inspection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from services.notifications.domain.automation import KIND_OF, Automation, Trigger
from services.notifications.domain.mail import Mail, Recipient, mail_id
from services.notifications.domain.recipients import recipients
from shared.contracts.billing import InspectionBalanceChangedV1
from shared.contracts.event import Event
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    Inspection,
    InspectionCancelledV1,
    InspectionPublishedV1,
    InspectionRescheduledV1,
    InspectionScheduledV1,
    InspectionServicesChangedV1,
)

TRIGGERS: Mapping[type[Event], Trigger] = MappingProxyType(
    {
        InspectionScheduledV1: Trigger.SCHEDULED,
        InspectionRescheduledV1: Trigger.RESCHEDULED,
        InspectionCancelledV1: Trigger.CANCELLED,
        InspectionServicesChangedV1: Trigger.SERVICES_CHANGED,
        InspectionPublishedV1: Trigger.REPORT_PUBLISHED,
    }
)


def trigger_of(event: Event) -> Trigger | None:
    """What an event sets off, if anything. The first agreement comes with the booking (R58)."""
    match event:
        case AgreementIssuedV1(version=version):
            return Trigger.AGREEMENT_CHANGED if version > 1 else None
        case InspectionBalanceChangedV1():
            return Trigger.PAID if _paid_in_full(event) else None
        case _:
            return TRIGGERS.get(type(event))


def cause_of_trigger(trigger: Trigger, inspection_id: str, cause: str) -> str:
    """Paid in full is told once, however often the balance is told; else the event's own cause."""
    return f"paid:{inspection_id}" if trigger is Trigger.PAID else cause


def automated_mails(
    trigger: Trigger,
    inspection: Inspection,
    automations: Sequence[Automation],
    *,
    company_id: str,
    cause: str,
    now: datetime,
) -> list[Mail]:
    """One mail per person and automation that is on; of the standard set one per address."""
    standing = [found for found in automations if found.trigger is trigger and found.on]
    mails: dict[str, Mail] = {}
    for automation in standing:
        for person in recipients(automation, inspection):
            mail = _mail(
                automation, person, inspection, company_id=company_id, cause=cause, now=now
            )
            mails.setdefault(mail.mail_id, mail)
    if not inspection.notifications_disabled:
        return list(mails.values())
    # As it was when it happened: switching messages on again later sends nothing old (C13).
    return [mail.suppressed("notifications_disabled", at=now) for mail in mails.values()]


def _mail(
    automation: Automation,
    person: Recipient,
    inspection: Inspection,
    *,
    company_id: str,
    cause: str,
    now: datetime,
) -> Mail:
    kind = KIND_OF[automation.trigger]
    named = cause if automation.standard else f"{cause}:{automation.automation_id}"
    mail = Mail(
        mail_id=mail_id(cause=named, kind=kind, address=person.address or person.name),
        company_id=company_id,
        kind=kind,
        recipient=person,
        inspection_id=inspection.inspection_id,
        automation_id=automation.automation_id,
        advanced=automation.advanced,
        portal_link=automation.portal_link,
        queued_at=now,
        not_before=now,
    )
    return replace(mail, words=automation.words) if automation.words else mail


def _paid_in_full(event: InspectionBalanceChangedV1) -> bool:
    return event.paid_cents > 0 and event.balance_cents == 0 and event.processing_cents == 0
