"""The lists on the client's page in words: what is left to do, what there is to read."""

from dataclasses import dataclass

from services.portal.usecases.show_inspection import ClientPage
from shared.money import money
from shared.ui.formats import long_day

TOLD = {
    "invited": ("ok", "We sent the invoice by email", "This page shows it in a moment."),
    "withdrawn": ("ok", "It is taken back", "That part is yours again, in a moment."),
    "not_withdrawn": (
        "warn",
        "It cannot be taken back now",
        "A payment has come or is on its way.",
    ),
    "not_offered": (
        "warn",
        "Asking somebody to pay a part is not offered now",
        "Nobody was asked. There may be nothing left to share.",
    ),
    "nothing": ("warn", "There was nothing to take back", ""),
    "away": ("warn", "This is not possible for a moment", "Wait a minute, then try again."),
}
"""What became of an invitation: kind, title and text of the notice after it."""


@dataclass(frozen=True, slots=True)
class Task:
    """One row of "Before you get your report"."""

    kind: str
    icon: str
    title: str
    sub: str
    href: str = ""
    action: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One row of the documents."""

    title: str
    sub: str
    icon: str
    href: str


def tasks(shown: ClientPage, base: str) -> list[Task]:
    """Agreement, payment, report; done ones stay, ticked."""
    agreement = _agreement(shown, f"{base}/agreement")
    return [*([agreement] if agreement else []), _payment(shown), _report(shown)]


def _agreement(shown: ClientPage, href: str) -> Task | None:
    view = shown.view
    if view.agreement is None:
        return None
    if view.signed and view.signature is not None:
        on = long_day(view.signature.signed_at, view.inspection.time_zone)
        sub = f"By {view.signature.signed_by} on {on}"
        return Task("ok", "check", "Agreement signed", sub, href, "View", "signed agreement")
    if view.signature is not None:
        sub = "It was updated after you signed"
        return Task("warn", "signature", "Sign the new agreement", sub, href, "Sign", "agreement")
    sub = "Takes about two minutes"
    return Task("warn", "signature", "Sign the agreement", sub, href, "Sign", "agreement")


def _payment(shown: ClientPage) -> Task:
    card = shown.card
    amount = money(card.amount_cents, shown.company.company.currency)
    share = "Pay your share" if shown.contributions else "Pay for the inspection"
    rows = {
        "after_publish": Task(
            "", "credit-card", "Pay after the report is published", "Nothing due now"
        ),
        "cancelled": Task("", "credit-card", "Nothing to pay", "The inspection was cancelled"),
        "confirming": Task("info", "credit-card", "Payment is being confirmed", amount),
        "deferred": Task("ok", "calendar-clock", "You pay at closing", amount),
        "due": Task("warn", "credit-card", share, amount),
        "nothing_due": Task("ok", "check", "Nothing to pay", "Others pay for this inspection"),
        "paid": Task("ok", "check", "Payment received", amount),
        "preparing": Task("", "credit-card", "Payment", "Your invoice is being prepared"),
        "processing": Task("info", "landmark", "Bank payment on its way", amount),
    }
    return rows[card.kind]


def _report(shown: ClientPage) -> Task:
    if shown.report == "open":
        return Task("ok", "lock-open", "Report unlocked", "Open it from the card above")
    settled = shown.card.kind in {"deferred", "nothing_due", "paid"}
    if shown.report == "none" and (settled or not shown.view.inspection.policy.require_payment):
        return Task("", "file-text", "Report", "Opens once it is published")
    if shown.report == "none":
        return Task("", "lock", "Report locked", "Opens once it is published and paid")
    waiting = [row.label for row in shown.contributions if row.key == "wait"]
    if shown.card.kind in {"paid", "nothing_due"} and waiting:
        return Task("", "lock", "Report locked", f"Opens once {waiting[0]} has paid too")
    return Task("", "lock", "Report locked", "Published. Opens once it is paid")


def documents(shown: ClientPage, base: str) -> list[Document]:
    """Invoice, agreement, receipts."""
    rows: list[Document] = []
    invoice = shown.view.invoice
    if invoice is not None:
        title = f"Invoice {invoice.number}"
        rows.append(Document(title, "PDF", "receipt-text", f"{base}/invoice.pdf"))
        rows += [
            Document(
                f"Receipt {payment.receipt_number}",
                f"{money(payment.amount_cents, invoice.currency)}, {payment.method_label}",
                "banknote",
                f"{base}/receipts/{payment.payment_id}.pdf",
            )
            for payment in invoice.payments
        ]
    if shown.view.agreement is not None:
        sub = "Signed copy" if shown.view.signed else "Not signed yet"
        rows.append(Document("Inspection agreement", sub, "file-text", f"{base}/agreement"))
    return rows


def meter_words(shown: ClientPage) -> str:
    """What the meter shows, for those who do not see it."""
    currency = shown.company.company.currency
    words = {"ok": "paid", "wait": "invoiced to others", "due": "left for you"}
    return ", ".join(
        f"{money(cents, currency)} {words[part]}" for part, cents in shown.meter if cents
    )
