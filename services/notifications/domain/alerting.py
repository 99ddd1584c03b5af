"""Which events staff hear about, and in which words."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.notifications.domain.alert import Alert, Category, alert_id
from services.notifications.domain.alerting_accounts import ACCOUNT_ALERTS
from services.notifications.domain.alerting_payments import PAYMENT_ALERTS
from services.notifications.domain.alerting_words import Told
from services.notifications.domain.causes import told_as_a_whole
from services.notifications.domain.wording import appointment, listed
from shared.contracts.event import Event
from shared.contracts.notifications import EmailBouncedV1, EmailSuppressedV1
from shared.contracts.portal import AgreementSignedV1
from shared.contracts.scheduling import (
    AgreementIssuedV1,
    Inspection,
    InspectionCancelledV1,
    InspectionEvent,
    InspectionPublishedV1,
    InspectionRescheduledV1,
    InspectionScheduledV1,
    InspectionServicesChangedV1,
)
from shared.money import money


def alert_for(event: Event, *, cause: str, at: datetime, account_name: str = "") -> Alert | None:
    """The alert an event leads to, or None where staff need no telling.

    A payment over many invoices is told once, not invoice by invoice.
    """
    if type(event) in ACCOUNT_ALERTS:
        told = ACCOUNT_ALERTS[type(event)](event, account_name)
    elif type(event) in WORDS and not told_as_a_whole(event):
        told = WORDS[type(event)](event)
    else:
        told = None
    return _alert(told, event, cause, at) if told else None


def _alert(told: Told, event: Event, cause: str, at: datetime) -> Alert:
    return Alert(
        alert_id=alert_id(cause=cause, kind=told.kind),
        company_id=event.company_id,
        kind=told.kind,
        category=told.category,
        level=told.level,
        text=told.text,
        detail=told.detail,
        icon=told.icon,
        drawn=told.drawn,
        at=at,
        inspection_id=told.inspection_id,
        amount_cents=told.amount_cents,
        action=told.action,
        href=told.href,
        assigned_to=(told.assignee,) if told.assignee else (),
    )


def _when(inspection: Inspection) -> str:
    return appointment(inspection.starts_at, inspection.duration_minutes, inspection.time_zone)


def _total_cents(inspection: Inspection) -> int:
    return sum(line.amount_cents for line in inspection.lines)


def _inspection_told(
    event: InspectionEvent, text: str, detail: str, icon: str, **more: Any
) -> Told:
    return Told(
        kind=event.name.split(".")[1],
        category=Category.INSPECTIONS,
        text=text,
        detail=detail,
        icon=icon,
        inspection_id=event.inspection.inspection_id,
        **more,
    )


def _scheduled(event: InspectionScheduledV1) -> Told:
    inspection = event.inspection
    clients = listed([person.name for person in inspection.people if person.role == "client"])
    total = _total_cents(inspection)
    return _inspection_told(
        event,
        f"{inspection.site.street} booked for {clients or 'a client'}",
        f"{inspection.number}, {_when(inspection)} with {inspection.inspector.name}, "
        f"{money(total, inspection.currency)}",
        "calendar-days",
        drawn="info",
        amount_cents=total,
    )


def _rescheduled(event: InspectionRescheduledV1) -> Told:
    inspection = event.inspection
    return _inspection_told(
        event,
        f"{inspection.site.street} rescheduled",
        f"{inspection.number}, now {_when(inspection)} with {inspection.inspector.name}",
        "calendar-days",
        drawn="info",
    )


def _services_changed(event: InspectionServicesChangedV1) -> Told:
    inspection = event.inspection
    total = _total_cents(inspection)
    return _inspection_told(
        event,
        f"Services changed for {inspection.site.street}",
        f"{inspection.number}, total now {money(total, inspection.currency)}",
        "clipboard-list",
        amount_cents=total,
    )


def _published(event: InspectionPublishedV1) -> Told:
    inspection = event.inspection
    return _inspection_told(
        event,
        f"Report published for {inspection.site.street}",
        inspection.number,
        "file-check",
        drawn="ok",
        level="success",
    )


def _cancelled(event: InspectionCancelledV1) -> Told:
    inspection = event.inspection
    return _inspection_told(
        event,
        f"{inspection.site.street} cancelled",
        f"{inspection.number}, was {_when(inspection)}",
        "x",
    )


def _agreement_signed(event: AgreementSignedV1) -> Told:
    return Told(
        kind="agreement_signed",
        category=Category.INSPECTIONS,
        level="success",
        text=f"{event.signed_by} signed the agreement",
        icon="signature",
        drawn="ok",
        inspection_id=event.inspection_id,
    )


def _agreement_issued(event: AgreementIssuedV1) -> Told | None:
    if event.version == 1:
        return None  # every booking issues one
    return Told(
        kind="agreement_issued",
        category=Category.INSPECTIONS,
        text="Agreement updated, to be signed again",
        icon="signature",
        inspection_id=event.inspection_id,
    )


def _bounced(event: EmailBouncedV1) -> Told:
    return Told(
        kind="email_bounced",
        category=Category.EMAIL,
        level="needs_action",
        text=f"{_mail_name(event.kind)} email bounced",
        detail="The address does not take mail. Check it, then send again",
        icon="mail-x",
        drawn="warn",
        inspection_id=event.inspection_id,
        action="fix_address",
    )


def _suppressed(event: EmailSuppressedV1) -> Told | None:
    if event.kind != "invoice" and event.reason != "no_address":
        return None  # the Emails box shows it; nobody has to do anything
    reasons = {
        "notifications_disabled": "Notifications are off for this inspection. Turn them on to send",
        "trial_account": "Trial accounts do not send email. Upgrade to send it",
        "no_address": "There is no email address. Add one, then send again",
    }
    return Told(
        kind="email_suppressed",
        category=Category.EMAIL,
        level="needs_action",
        text=f"{_mail_name(event.kind)} email was not sent",
        detail=reasons[event.reason],
        icon="bell-off",
        drawn="warn",
        inspection_id=event.inspection_id,
        action="fix_address" if event.reason == "no_address" else "",
    )


def _mail_name(kind: str) -> str:
    return kind.replace("_", " ").capitalize()


WORDS: Mapping[type[Event], Callable[[Any], Told | None]] = MappingProxyType(
    {
        InspectionScheduledV1: _scheduled,
        InspectionRescheduledV1: _rescheduled,
        InspectionServicesChangedV1: _services_changed,
        InspectionPublishedV1: _published,
        InspectionCancelledV1: _cancelled,
        AgreementSignedV1: _agreement_signed,
        AgreementIssuedV1: _agreement_issued,
        EmailBouncedV1: _bounced,
        EmailSuppressedV1: _suppressed,
        **PAYMENT_ALERTS,
    }
)
"""Event by event, what staff read about it."""
