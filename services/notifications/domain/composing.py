"""From the facts to a letter: which words, which amount on top, which button, which details."""

from collections.abc import Callable, Mapping
from typing import Literal

from services.notifications.domain import payment_words as due
from services.notifications.domain import wording
from services.notifications.domain.account_mailing import contact_of
from services.notifications.domain.letter import Button, Letter, Sender
from services.notifications.domain.letter_facts import HEADINGS, address, appointment, facts_of
from services.notifications.domain.mail import Audience, Mail, MailKind, PaymentFacts, Words
from services.notifications.domain.merge_tags import blocks, subject_line
from services.notifications.domain.recipients import has_left
from services.notifications.domain.sending import OUTSIDERS, without_link
from services.notifications.domain.situation import Situation
from shared.contracts.scheduling import Company, Inspection
from shared.money import money

SIGN_AND_PAY = "Sign & Pay"  # R23, byte for byte
WHOLE_PORTAL = (
    "This link opens the agreement, the invoice and, once released, the report. "
    "Whoever has it sees them."
)
ONE_INVOICE = "This link shows this invoice only."
SIGNS_IN = "This link signs you in. Do not pass it on."
NOTES: Mapping[str, str] = {
    "inspection": WHOLE_PORTAL,
    "invoice": ONE_INVOICE,
    "account": SIGNS_IN,
    "staff": "",
}
PREHEADER_MAX = 120
Opens = Literal["inspection", "invoice", "account", "staff"]

LABELS: Mapping[MailKind, str] = {
    MailKind.RESCHEDULED: "View inspection",
    MailKind.RECEIPT: "View receipt",
    MailKind.PAYMENT_PROCESSING: "View payment",
    MailKind.PAYMENT_FAILED: "View and pay",
    MailKind.PAYMENT_RETURNED: "View and pay",
    MailKind.REFUND: "View payment",
    MailKind.INVOICE: "View and pay",
    MailKind.REMINDER: "View and pay",
    MailKind.SIGN_IN_LINK: "Sign in",
    MailKind.AUTOPAY_ON: "View autopay",
    MailKind.AUTOPAY_OFF: "View autopay",
    MailKind.METHOD_REMOVED: "View payment methods",
    MailKind.STAFF_ALERT: "Open alerts",
    MailKind.STAFF_DIGEST: "Open alerts",
}
CLIENTS_MONEY = ("total", "amount_due", "due_date", "payment_line", "invoice_number")
"""Told to nobody who may not open the client portal (R46)."""
WITHOUT_LINK = frozenset({MailKind.CANCELLED})


def compose(mail: Mail, situation: Situation, words: Words, url: str) -> Letter:
    """The letter as it would go out now. Needs the company; everything else may be missing."""
    if situation.company is None:
        raise ValueError("a letter needs a company to write it")
    values = merge_values(mail, situation)
    eyebrow, amount = _headline(mail, situation)
    detail = _detail(situation, plain=without_link(mail))
    return Letter(
        kind=mail.kind,
        sender=_sender(situation.company),
        recipient_name=mail.recipient.name,
        subject=subject_line(words.subject, values),
        preheader=_preheader(eyebrow, amount, detail),
        eyebrow=eyebrow,
        amount=amount,
        detail=detail,
        blocks=blocks(words.body, values),
        facts=tuple(facts_of(mail, situation)),
        button=_button(mail, situation, url),
    )


def link_scope(mail: Mail, situation: Situation) -> Opens | None:
    """What the mail's link opens, or None where there is no link (R43, R46)."""
    if mail.recipient.audience is Audience.STAFF:
        return "staff"
    if mail.account_id is not None:
        reader = contact_of(situation.account, mail.recipient.address)
        if reader or mail.inspection_id is None:
            return "account" if reader else None
    if without_link(mail) or mail.kind in WITHOUT_LINK:
        return None
    invoice = situation.invoice
    if invoice is not None and invoice.kind == "third_party":
        return "invoice"
    paid_and_left = mail.recipient.audience is Audience.PAYER and has_left(mail, situation)
    return None if paid_and_left else "inspection"


def what_it_opens(scope: Opens, mail: Mail, situation: Situation) -> dict[str, str | int]:
    """The ids portal needs to mint the link of this scope, and how new the People box is to us."""
    if scope == "account":
        reader = contact_of(situation.account, mail.recipient.address) or ""
        return {"account_id": mail.account_id or "", "contact_id": reader}
    about: dict[str, str | int] = {"inspection_id": mail.inspection_id or ""}
    if scope == "inspection" and situation.inspection is not None:
        about["people_revision"] = situation.inspection.revision
    if scope == "invoice" and situation.invoice is not None:
        about["invoice_id"] = situation.invoice.invoice_id
    return about


def merge_values(mail: Mail, situation: Situation) -> dict[str, str]:
    """What each merge tag stands for in this mail; tags that do not apply are empty."""
    company, inspection, invoice = situation.company, situation.inspection, situation.invoice
    values = {
        "recipient_name": mail.recipient.name or "there",
        "company_name": full_name(company) if company else "",
        "company_phone": company.phone if company else "",
        "company_email": company.email if company else "",
        "total": due.total(situation),
        "amount_due": due.amount_due(situation),
        "due_date": due.due_date(situation),
        "payment_line": due.payment_line(situation),
        "invoice_number": invoice.number if invoice else "",
        "services": wording.listed(_service_names(situation)),
    }
    if without_link(mail):
        values |= dict.fromkeys(CLIENTS_MONEY, "")
    return (
        values | _inspection_values(inspection) | _payment_values(mail.payment) | dict(mail.values)
    )


def full_name(company: Company) -> str:
    """`Harbor & Pine Home Inspections`."""
    return f"{company.name} {company.tagline}".strip()


def _inspection_values(inspection: Inspection | None) -> dict[str, str]:
    if inspection is None:
        return {}
    return {
        "inspection_number": inspection.number,
        "property_address": address(inspection.site),
        "property_street": inspection.site.street,
        "inspection_time": appointment(inspection),
        "inspector_name": inspection.inspector.name,
    }


def _payment_values(payment: PaymentFacts | None) -> dict[str, str]:
    if payment is None:
        return {}
    return {
        "payment_amount": money(payment.amount_cents, payment.currency),
        "payment_method": payment.method_label,
        "payer_name": payment.payer.name,
        "receipt_number": payment.receipt_number,
        "reason": _sentence(payment.reason),
    }


def _sentence(text: str) -> str:
    stripped = text.strip().rstrip(".")
    return f"{stripped[0].upper()}{stripped[1:]}." if stripped else ""


def _service_names(situation: Situation) -> list[str]:
    if situation.invoice is not None:
        return [line.name for line in situation.invoice.lines]
    return [line.name for line in situation.inspection.lines] if situation.inspection else []


def _sender(company: Company) -> Sender:
    return Sender(
        name=full_name(company),
        phone=company.phone,
        email=company.email,
        address=company.address,
        hue=company.hue,
    )


def _button(mail: Mail, situation: Situation, url: str) -> Button | None:
    scope = link_scope(mail, situation)
    if scope is None:
        return None
    return Button(label=_label(mail, situation), url=url, note=NOTES[scope])


def _label(mail: Mail, situation: Situation) -> str:
    kind = mail.kind
    if mail.recipient.audience in OUTSIDERS:
        finished = kind is MailKind.REPORT_PUBLISHED and situation.report_open
        return "View report" if finished else "View inspection"
    if kind is not MailKind.REPORT_PUBLISHED:
        return LABELS.get(kind, SIGN_AND_PAY)
    if situation.report_open or situation.payment != "due":
        return "View report" if situation.report_open else "View inspection"
    return "Pay Now" if situation.online_payments else "Learn More"  # R12, R13


def _headline(mail: Mail, situation: Situation) -> tuple[str, str]:
    if mail.payment is not None:
        top = PAYMENT_HEADLINES[mail.kind](mail.payment)
        return top, money(mail.payment.amount_cents, mail.payment.currency)
    if mail.kind in HEADINGS:
        return HEADINGS[mail.kind], ""
    number = situation.inspection.number if situation.inspection else ""
    if mail.recipient.audience in OUTSIDERS or mail.kind in PLAIN_HEADLINE:
        return f"Inspection {number}".strip(), ""
    if mail.kind is MailKind.REPORT_PUBLISHED and situation.payment == "settled":
        return "Report ready", ""
    top, amount = due.headline(situation)
    if mail.kind is MailKind.INVOICE and situation.invoice is not None:
        top = f"Invoice {situation.invoice.number}, due {due.due_date(situation)}"
    return top, amount


PLAIN_HEADLINE = frozenset(
    {
        MailKind.RESCHEDULED,
        MailKind.CANCELLED,
        MailKind.AGREEMENT_CHANGED,
        MailKind.NEW_LINK,
        MailKind.PAID_IN_FULL,
    }
)
PAYMENT_HEADLINES: Mapping[MailKind, Callable[[PaymentFacts], str]] = {
    MailKind.RECEIPT: lambda paid: f"Receipt {paid.receipt_number}",
    MailKind.PAYMENT_PROCESSING: lambda paid: (
        f"Processing, expected {due.expected(paid.expected_on)}"
    ),
    MailKind.PAYMENT_FAILED: lambda _paid: "Payment failed",
    MailKind.PAYMENT_RETURNED: lambda _paid: "Payment returned, due again",
    MailKind.REFUND: lambda _paid: "Refunded",
}


def _detail(situation: Situation, *, plain: bool) -> str:
    if situation.inspection is None:
        return ""
    where = address(situation.inspection.site)
    names = wording.listed(_service_names(situation))
    return f"{names} at {where}" if names and not plain else where


def _preheader(eyebrow: str, amount: str, detail: str) -> str:
    opening = f"{amount}. {eyebrow}." if amount else f"{eyebrow}."
    return f"{opening} {detail}"[:PREHEADER_MAX].strip()
