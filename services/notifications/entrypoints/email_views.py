"""Mails and what else happened, in the shape the pages draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.alert import Alert
from services.notifications.domain.mail import Audience, Mail, MailKind, MailState

TITLES = {
    MailKind.CONFIRMATION: "Confirmation",
    MailKind.RESCHEDULED: "New appointment time",
    MailKind.CANCELLED: "Cancellation",
    MailKind.SERVICES_CHANGED: "Changed order",
    MailKind.AGREEMENT_CHANGED: "Updated agreement",
    MailKind.REPORT_PUBLISHED: "Report email",
    MailKind.PAID_IN_FULL: "Notice that it is paid",
    MailKind.RECEIPT: "Receipt",
    MailKind.PAYMENT_PROCESSING: "Notice of the bank payment",
    MailKind.PAYMENT_FAILED: "Notice of the failed payment",
    MailKind.PAYMENT_RETURNED: "Notice of the returned payment",
    MailKind.REFUND: "Refund notice",
    MailKind.REMINDER: "Reminder",
    MailKind.SIGN_IN_LINK: "Sign-in link",
    MailKind.TICKET_REPLY: "Answer to a ticket",
    MailKind.AUTOPAY_ON: "Notice of autopay",
    MailKind.AUTOPAY_OFF: "Notice of autopay",
    MailKind.METHOD_REMOVED: "Notice of the payment method",
    MailKind.STAFF_ALERT: "Alert",
    MailKind.STAFF_DIGEST: "Alerts of the day",
    MailKind.INVOICE: "Invoice",
    MailKind.SHARE_DETAILS: "Details",
    MailKind.PAYMENT_LINK: "Payment link",
    MailKind.NEW_LINK: "New link",
}
"""What stands before `sent to Ellen Park`."""
REASONS = {
    "trial_account": "Not sent: trial accounts do not send email",
    "notifications_disabled": "Not sent: notifications are disabled",
    "no_address": "Not sent: there is no email address",
    "inspection_cancelled": "Not sent: the inspection was cancelled",
    "left_inspection": "Not sent: the address is no longer in the People box",
    "nothing_due": "Not sent: nothing is due any more",
    "invoice_void": "Not sent: the invoice was cancelled",
    "not_an_address": "Bounced: this is not an email address",
    "link_unavailable": "Waiting for its link",
    "facts_missing": "Waiting",
    "too_late": "Not sent: it waited for more than a day",
    "invoice_missing": "Waiting for the invoice",
    "release_unknown": "Waiting to hear whether the report opens",
    "payment_in_flight": "Waiting until the payment under way is known",
    "advanced_automations_required": "Not sent: your plan has no advanced automations",
    "reminders_paused": "Not sent: reminders of this invoice are paused",
    "disputed": "Not sent: a payment is being disputed",
    "on_autopay": "Not sent: the invoice is charged by autopay",
    "collected_later": "Not sent: payment is collected after the inspection is published",
    "invoice_paid": "Not sent: the invoice is paid",
    "invoice_processing": "Not sent: a bank payment is on its way",
    "invoice_deferred": "Not sent: the invoice is paid at closing",
    "quiet_hours": "Waiting until the quiet hours are over",
    "server_left_alone": "The mail server does not answer. Trying again",
}
WITH_SIGN_AND_PAY = frozenset(
    {
        MailKind.CONFIRMATION,
        MailKind.PAYMENT_LINK,
        MailKind.SHARE_DETAILS,
        MailKind.SERVICES_CHANGED,
        MailKind.AGREEMENT_CHANGED,
    }
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the Emails & activity box or of the log."""

    title: str
    sub: str
    icon: str
    drawn: str
    at: datetime
    href: str = ""
    status: str = ""


def mail_row(mail: Mail) -> Row:
    """A mail with its state in words."""
    who = mail.recipient.name or mail.recipient.address or "nobody"
    icon, drawn = ICONS[mail.state]
    if mail.state is MailState.WAITING and mail.attempts:
        drawn = "warn"
    return Row(
        title=f"{title(mail)} {VERBS[mail.state]} {who}",
        sub=state_in_words(mail),
        icon=icon,
        drawn=drawn,
        at=mail.settled_at or mail.queued_at,
        href=f"/staff/notifications/mail/{mail.mail_id}",
        status=status(mail),
    )


def title(mail: Mail) -> str:
    """What a mail is called."""
    return TITLES[mail.kind]


VERBS = {
    MailState.WAITING: "waiting for",
    MailState.SENDING: "on its way to",
    MailState.SENT: "sent to",
    MailState.BOUNCED: "bounced for",
    MailState.SUPPRESSED: "not sent to",
    MailState.SKIPPED: "not sent to",
}
ICONS = {
    MailState.WAITING: ("hourglass", ""),
    MailState.SENDING: ("send", ""),
    MailState.SENT: ("mail", ""),
    MailState.BOUNCED: ("mail-x", "bad"),
    MailState.SUPPRESSED: ("bell-off", "warn"),
    MailState.SKIPPED: ("mail", ""),
}
STATUSES = {
    MailState.WAITING: "Waiting",
    MailState.SENDING: "Waiting",
    MailState.SENT: "Delivered",
    MailState.BOUNCED: "Bounced",
    MailState.SUPPRESSED: "Suppressed",
    MailState.SKIPPED: "Skipped",
}


def status(mail: Mail) -> str:
    """One word for the log."""
    retrying = mail.state is MailState.WAITING and mail.attempts > 0
    return "Retrying" if retrying else STATUSES[mail.state]


def state_in_words(mail: Mail) -> str:
    """What became of it: `Delivered and opened, with Sign & Pay button`."""
    if mail.state is MailState.SENT:
        opened = "Delivered and opened" if mail.opened_at else "Delivered"
        with_button = mail.kind in WITH_SIGN_AND_PAY and bool(mail.link_ids)
        return f"{opened}, with Sign & Pay button" if with_button else opened
    if mail.state is MailState.BOUNCED:
        return REASONS.get(mail.reason, f"{mail.recipient.address}: {mail.reason}")
    if mail.reason in REASONS:
        return REASONS[mail.reason]
    return f"Trying again: {mail.reason}" if mail.reason else "Leaves in a moment"


def alert_row(alert: Alert) -> Row:
    """A payment as the box shows it."""
    return Row(title=alert.text, sub=alert.detail, icon=alert.icon, drawn=alert.drawn, at=alert.at)


def activity(mails: Sequence[Mail], alerts: Sequence[Alert], limit: int) -> list[Row]:
    """Mails and payments together, newest first. An agent's copy is a line of its own."""
    rows = [*map(mail_row, mails), *map(alert_row, alerts)]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:limit]


def audience_in_words(mail: Mail) -> str:
    """What the recipient is."""
    words = {
        Audience.CLIENT: "Client",
        Audience.AGENT: "Agent",
        Audience.PAYER: "Payer",
        Audience.GUEST: "Chosen by staff",
        Audience.STAFF: "Staff",
        Audience.PERSONA: "Additional person",
    }
    return words[mail.recipient.audience]
