"""What staff typed into the drawer of an invoice, and where a refusal belongs in it."""

import re
from dataclasses import dataclass
from datetime import date

from services.billing.domain.bill import Bill
from services.billing.domain.division import Share, share_of
from services.billing.domain.gate import gate_of
from services.billing.domain.invoice import Gate, Invoice
from services.billing.domain.splitting import WHOLE_BASIS_POINTS
from shared.money import money
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import money_input

KINDS = [
    ("services", "Services"),
    ("fixed", "Fixed amount"),
    ("percent", "Percent"),
    ("equal", "Equal parts"),
]
FIELD_OF = {
    "fixed_amount_exceeds_balance": "amount",
    "percent_exceeds_balance": "percent",
    "equal_parts_exceed_balance": "others",
    "one_person_each": "others",
    "service_not_available": "line",
    "contact_not_in_people": "contact",
    "invoice_paid": "contact",
    "no_email_address": "contact",
    "notifications_disabled": "then",
    "trial_account": "then",
}
FIELD_OF_KIND = {"services": "line", "fixed": "amount", "percent": "percent", "equal": "others"}
REFERENCE_LENGTH_MAX = 100
_PERCENT = re.compile(r"^(\d{1,3})(?:\.(\d{1,2}))?\s*%?$")


@dataclass(frozen=True, kw_only=True)
class Wish:
    """The form, read."""

    contact_ids: tuple[str, ...]
    share: Share
    due_on: date | None
    reference: str
    collect_now: bool


def wish_of(form: Form, bill: Bill) -> Wish:
    """Read the form; what is missing or misspelt is noted on it."""
    equal = form.value("kind") == "equal"
    others = [each for each in form.values("others") if each != form.value("contact")]
    contact_ids = (form.value("contact"), *(others if equal else ()))
    return Wish(
        contact_ids=contact_ids,
        share=_share(form, bill, len(contact_ids)),
        due_on=form.day("due_on"),
        reference=form.text("reference", length_max=REFERENCE_LENGTH_MAX),
        collect_now=form.has("collect_now"),
    )


def _share(form: Form, bill: Bill, people: int) -> Share:
    currency = bill.booking.currency
    match form.value("kind"):
        case "fixed":
            return Share(fixed_cents=form.cents("amount", "Enter the amount", currency=currency))
        case "percent":
            return Share(basis_points=basis_points_typed(form, "percent"))
        case "equal":
            return Share(equal_parts=_equal_parts(form, people))
    lines = bill.booking.lines
    chosen = tuple(line.line_id for line in lines if form.has("line", line.line_id))
    if not chosen:
        form.refuse("line", "Choose at least one service")
    return Share(line_ids=chosen)


def basis_points_typed(form: Form, name: str) -> int | None:
    """Hundredths of a percent from `33.33`; whole numbers throughout."""
    typed = form.text(name, "Enter a percentage")
    found = _PERCENT.match(typed)
    if typed and not found:
        form.refuse(name, "Enter a percentage like 50 or 33.33")
    if not found:
        return None
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if not 0 < points <= WHOLE_BASIS_POINTS:
        form.refuse(name, "Enter a percentage above 0, at most 100")
        return None
    return points


def _equal_parts(form: Form, people: int) -> int:
    """Everybody named and the client; a changed invoice keeps the number of its parts."""
    kept = form.value("equal_parts")
    return int(kept) if kept.isdecimal() and len(kept) < 3 else people + 1  # noqa: PLR2004


def percent_words(basis_points: int) -> str:
    """`33.33`, `50`."""
    whole, rest = divmod(basis_points, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def form_of(invoice: Invoice, currency: str) -> Form:
    """The invoice as it is, to be changed."""
    share = share_of(invoice)
    return Form(
        {
            "contact": invoice.payer.contact_id,
            "kind": share.kind.value,
            "line": list(invoice.line_ids),
            "amount": money_input(share.fixed_cents, currency) if share.fixed_cents else "",
            "percent": percent_words(share.basis_points) if share.basis_points else "",
            "equal_parts": str(share.equal_parts or ""),
            "due_on": invoice.due_on.isoformat(),
            "reference": invoice.reference,
            "collect_now": "on" if invoice.collect_now else "",
        }
    )


def noted(form: Form, refusal: RefusalError) -> None:
    """Put a refusal beside its field, with the reason where it has one."""
    otherwise = FIELD_OF_KIND.get(form.value("kind"), "line")
    form.refuse(FIELD_OF.get(refusal.code, otherwise), said(refusal))


def said(refusal: RefusalError) -> str:
    """`Fixed amount cannot exceed $500.00. $300.00 is on other invoices`."""
    reason = refusal.extra.get("reason")
    return f"{refusal.detail}. {reason}" if reason else refusal.detail


def rows_of(
    bill: Bill, free: set[str], own: tuple[str, ...] = ()
) -> list[tuple[object, str, bool]]:
    """The charges as one may choose them: line, what stands beside it, whether it is free.

    `own` are on the invoice that is being changed.
    """
    owners = {
        line_id: invoice
        for invoice in bill.third_parties
        if not invoice.voided
        for line_id in invoice.line_ids
    }
    rows: list[tuple[object, str, bool]] = []
    for line in bill.booking.lines:
        owner = owners.get(line.line_id)
        if line.amount_cents <= 0:
            continue
        if line.line_id in own:
            words = "On this invoice"
        elif line.line_id in free:
            words = f"Moves from {bill.client_invoice.payer.name}"
        elif owner:
            paid = "Paid by" if owner.paid_cents else f"On invoice {owner.number} for"
            words = f"{paid} {owner.payer.name}"
        else:
            words = "Partly paid already; use a fixed amount"
        rows.append((line, words, line.line_id in free or line.line_id in own))
    return rows


def waits_for_publish(bill: Bill) -> bool:
    """Whether nobody can pay yet, so that `collect_now` means something (C7)."""
    return gate_of(bill.booking, collect_now=False) is Gate.UNTIL_PUBLISHED


def percent_maximum(bill: Bill, maximum_cents: int) -> str:
    """The same bound as a part of the whole bill: `62.5% ($500.00)`."""
    whole = max(1, bill.booking.charge_cents)
    points = min(WHOLE_BASIS_POINTS, maximum_cents * WHOLE_BASIS_POINTS // whole)
    return f"{percent_words(points)}% ({money(maximum_cents, bill.booking.currency)})"
