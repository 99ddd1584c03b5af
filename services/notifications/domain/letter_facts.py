"""The table of details under a letter's words, and the headings that stand without an amount."""

from collections.abc import Mapping

from services.notifications.domain import wording
from services.notifications.domain.mail import Mail, MailKind, PaymentFacts
from services.notifications.domain.situation import Situation
from shared.contracts.jobs import Site
from shared.contracts.scheduling import Inspection
from shared.money import money

ALLOCATIONS_MAX = 20
HEADINGS: Mapping[MailKind, str] = {
    MailKind.SIGN_IN_LINK: "Sign in",
    MailKind.TICKET_REPLY: "Answer to your ticket",
    MailKind.AUTOPAY_ON: "Autopay is on",
    MailKind.AUTOPAY_OFF: "Autopay is off",
    MailKind.METHOD_REMOVED: "Payment method removed",
    MailKind.STAFF_ALERT: "Alert",
    MailKind.STAFF_DIGEST: "Alerts of the last day",
}
SHOWS_INVOICE = frozenset({MailKind.INVOICE, MailKind.REMINDER})


def address(site: Site) -> str:
    """`1482 Alder Creek Rd, Bend, OR 97702`."""
    return f"{site.street}, {site.city}, {site.region} {site.postal_code}".strip(" ,")


def appointment(inspection: Inspection) -> str:
    """Date and time of an inspection in its own zone."""
    return wording.appointment(
        inspection.starts_at, inspection.duration_minutes, inspection.time_zone
    )


def facts_of(mail: Mail, situation: Situation) -> list[tuple[str, str]]:
    """Label and value of each row; empty where there is nothing to add."""
    if mail.payment is not None:
        return _payment_facts(mail.payment, situation)
    if mail.kind in HEADINGS:
        return []
    if mail.kind in SHOWS_INVOICE or situation.inspection is None:
        return _invoice_facts(situation)
    inspection = situation.inspection
    return [
        ("Property", address(inspection.site)),
        ("When", appointment(inspection)),
        ("Inspector", inspection.inspector.name),
    ]


def _invoice_facts(situation: Situation) -> list[tuple[str, str]]:
    invoice = situation.invoice
    if invoice is None:
        return []
    lines = [(line.name, money(line.amount_cents, invoice.currency)) for line in invoice.lines]
    return [*lines, ("Total", money(invoice.total_cents, invoice.currency))]


def _payment_facts(payment: PaymentFacts, situation: Situation) -> list[tuple[str, str]]:
    zone = situation.company.time_zone if situation.company else "UTC"
    invoice = situation.invoice
    still_due = payment.invoice_balance_cents
    rows = [
        ("Paid by", payment.payer.name),
        ("Method", payment.method_label),
        ("Date", wording.moment(payment.happened_at, zone) if payment.happened_at else ""),
        ("Invoice", invoice.number if invoice else ""),
        ("Property", address(situation.inspection.site) if situation.inspection else ""),
        *_allocated(payment),
        (
            "Still due on this invoice",
            "" if still_due is None else money(still_due, payment.currency),
        ),
    ]
    return [(label, value) for label, value in rows if value]


def _allocated(payment: PaymentFacts) -> list[tuple[str, str]]:
    """What each invoice got of a payment over several, and what none got."""
    shown = payment.allocations[:ALLOCATIONS_MAX]
    rows = [(f"Invoice {number}", money(cents, payment.currency)) for number, cents in shown]
    left = payment.allocations[ALLOCATIONS_MAX:]
    if left:
        rest = sum(cents for _, cents in left)
        rows.append((f"{len(left)} more invoices", money(rest, payment.currency)))
    if payment.prepayment_cents:
        rows.append(("Prepayment", money(payment.prepayment_cents, payment.currency)))
    return rows
