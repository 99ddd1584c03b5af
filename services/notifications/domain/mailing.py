"""Which mails an event leads to. What they say, and whether they really leave, is decided later."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from services.notifications.domain.causes import told_as_a_whole
from services.notifications.domain.mail import (
    Audience,
    Mail,
    MailKind,
    PaymentFacts,
    Recipient,
    Words,
    mail_id,
)
from services.notifications.domain.recipients import payer
from shared.contracts.billing import (
    InvoiceSendRequestedV1,
    PaymentEvent,
    PaymentFailedV1,
    PaymentProcessingV1,
    PaymentRecordedV1,
    PaymentRefundedV1,
    PaymentReturnedV1,
)
from shared.contracts.event import Event
from shared.contracts.portal import LinkRequestedV1


def mails_for(event: Event, *, cause: str, now: datetime) -> list[Mail]:
    """The mails an event leads to apart from automations, each with an id that a repeat has again.

    They go to whoever pays or asked, whichever automations the company has (R51).
    """
    if isinstance(event, LinkRequestedV1):
        return [_new_link_mail(event, cause, now)]
    if isinstance(event, InvoiceSendRequestedV1):
        return [_invoice_mail(event, cause, now)]
    if isinstance(event, PaymentEvent) and type(event) in OF_PAYMENT and not told_as_a_whole(event):
        told = OF_PAYMENT[type(event)](event)
        return [_payment_mail(event, *told, cause, now)] if told else []
    return []


def to_people(
    kind: MailKind,
    people: Sequence[Recipient],
    *,
    company_id: str,
    inspection_id: str,
    cause: str,
    now: datetime,
    requested_by: str = "",
) -> list[Mail]:
    """One mail of this kind about an inspection for each of these people."""
    return [
        Mail(
            mail_id=mail_id(cause=cause, kind=kind, address=person.address or person.name),
            company_id=company_id,
            kind=kind,
            recipient=person,
            inspection_id=inspection_id,
            queued_at=now,
            not_before=now,
            requested_by=requested_by,
        )
        for person in people
    ]


def _invoice_mail(event: InvoiceSendRequestedV1, cause: str, now: datetime) -> Mail:
    to = payer(event.invoice.payer)
    written = Words(subject=event.subject, body=event.body)
    return Mail(
        mail_id=mail_id(cause=cause, kind=MailKind.INVOICE, address=to.address),
        company_id=event.company_id,
        kind=MailKind.INVOICE,
        recipient=to,
        inspection_id=event.invoice.inspection_id,
        invoice_id=event.invoice.invoice_id,
        words=written if event.body.strip() else None,
        requested_by=event.requested_by,
        queued_at=now,
        not_before=now,
    )


def _new_link_mail(event: LinkRequestedV1, cause: str, now: datetime) -> Mail:
    to = Recipient(name="", address=event.recipient.strip(), audience=Audience.GUEST)
    return Mail(
        mail_id=mail_id(cause=cause, kind=MailKind.NEW_LINK, address=to.address),
        company_id=event.company_id,
        kind=MailKind.NEW_LINK,
        recipient=to,
        inspection_id=event.inspection_id,
        invoice_id=event.invoice_id if event.scope == "invoice" else None,
        queued_at=now,
        not_before=now,
    )


def _payment_mail(
    event: PaymentEvent, kind: MailKind, facts: PaymentFacts, cause: str, now: datetime
) -> Mail:
    to = payer(event.payer)
    return Mail(
        mail_id=mail_id(cause=cause, kind=kind, address=to.address),
        company_id=event.company_id,
        kind=kind,
        recipient=to,
        inspection_id=event.inspection_id,
        invoice_id=event.invoice_id,
        payment=facts,
        queued_at=now,
        not_before=now,
    )


def _facts(event: PaymentEvent, **more: Any) -> PaymentFacts:
    return PaymentFacts(
        payment_id=event.payment_id,
        amount_cents=event.amount_cents,
        currency=event.currency,
        method=event.method,
        method_label=event.method_label,
        payer=event.payer,
        **more,
    )


PaymentMail = tuple[MailKind, PaymentFacts]


def _receipt(event: PaymentRecordedV1) -> PaymentMail:
    facts = _facts(
        event,
        receipt_number=event.receipt_number,
        happened_at=event.paid_at,
        invoice_balance_cents=event.invoice_balance_cents,
    )
    return MailKind.RECEIPT, facts


def _processing(event: PaymentProcessingV1) -> PaymentMail:
    return MailKind.PAYMENT_PROCESSING, _facts(event, expected_on=event.expected_on)


def _failed(event: PaymentFailedV1) -> PaymentMail | None:
    if event.method != "us_bank_account":
        return None  # a declined card is answered on the page where it was typed
    return MailKind.PAYMENT_FAILED, _facts(event, reason=event.reason)


def _returned(event: PaymentReturnedV1) -> PaymentMail:
    return MailKind.PAYMENT_RETURNED, _facts(event, reason=event.reason)


def _refunded(event: PaymentRefundedV1) -> PaymentMail | None:
    if event.status != "succeeded":
        return None
    return MailKind.REFUND, _facts(event)  # why staff gave it back stays in the office


OF_PAYMENT: Mapping[type[Event], Callable[[Any], PaymentMail | None]] = MappingProxyType(
    {
        PaymentRecordedV1: _receipt,
        PaymentProcessingV1: _processing,
        PaymentFailedV1: _failed,
        PaymentReturnedV1: _returned,
        PaymentRefundedV1: _refunded,
    }
)
