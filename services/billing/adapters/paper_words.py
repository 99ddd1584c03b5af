"""What invoices and receipts say, ready to be set: every amount and date already in words."""

from typing import Any

from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from services.billing.domain.invoice import Invoice, InvoiceKind, InvoiceStatus
from services.billing.domain.payment import Payment
from services.billing.domain.printed_lines import printed_lines
from shared.money import money
from shared.ui.formats import long_day

_DEFAULT_HUE = 240


def invoice_words(bill: Bill, invoice: Invoice, company: Company | None) -> dict[str, Any]:
    """The words of an invoice; only the client's names what others paid (C17)."""
    return {
        **_letterhead(bill, company),
        "title": f"Invoice {invoice.number}",
        "number": invoice.number,
        "footer": f"Invoice {invoice.number}, {bill.booking.street}",
        "facts": [
            fact("Billed to", invoice.payer.name, invoice.payer.role_label),
            fact("Property", bill.booking.street, bill.booking.place),
            fact("Issued", long_day(invoice.issued_on)),
            fact(_due_label(invoice), long_day(invoice.due_on), *_reference(invoice)),
        ],
        "lines": _lines(bill, invoice),
        "sums": _invoice_sums(bill, invoice),
        "payments": _payments(bill, invoice),
        "closing": _closing(bill, invoice, company),
    }


def receipt_words(
    bill: Bill, invoice: Invoice, payment: Payment, company: Company | None
) -> dict[str, Any]:
    """The words of a receipt for one payment."""
    currency = bill.booking.currency
    day = long_day(payment.paid_at, bill.booking.time_zone) if payment.paid_at else ""
    sums = [sum_row("Paid", payment.amount_cents, currency, strong=True, rule=True)]
    if payment.refunded_cents:
        sums.append(sum_row("Refunded since", -payment.refunded_cents, currency))
    if payment.returned_cents:
        sums.append(sum_row("Returned by the bank", -payment.returned_cents, currency))
    sums.append(sum_row("Still due on this invoice", invoice.balance_cents, currency))
    return {
        **_letterhead(bill, company),
        "title": f"Receipt {payment.receipt_number}",
        "number": payment.receipt_number,
        "footer": f"Receipt {payment.receipt_number} for invoice {invoice.number}",
        "amount": money(payment.amount_cents, currency),
        "facts": [
            fact("Received from", invoice.payer.name, invoice.payer.role_label),
            fact("Paid with", payment.method_label),
            fact("Date", day),
            fact("Invoice", invoice.number, bill.booking.street),
        ],
        "lines": _lines(bill, invoice),
        "sums": sums,
        "closing": payment.client_note,
    }


def _letterhead(bill: Bill, company: Company | None) -> dict[str, Any]:
    return letterhead_of(bill.booking.number, company)


def letterhead_of(otherwise: str, company: Company | None) -> dict[str, Any]:
    """The company's head and hue; `otherwise` stands there while the company is unknown."""
    if company is None:
        blank = {"name": otherwise, "tagline": "", "contact": []}
        return {"company": blank, "hue": _DEFAULT_HUE}
    contact = [part for part in (company.address, company.phone, company.email) if part]
    head = {"name": company.name, "tagline": company.tagline, "contact": contact}
    return {"company": head, "hue": company.hue}


def fact(label: str, value: str, *extra: str) -> dict[str, Any]:
    """One of the facts below the head."""
    return {"label": label, "value": value, "extra": [text for text in extra if text]}


def _due_label(invoice: Invoice) -> str:
    return "Due at closing" if invoice.deferral else "Due"


def _reference(invoice: Invoice) -> tuple[str, ...]:
    return (f"Reference {invoice.reference}",) if invoice.reference else ()


def _lines(bill: Bill, invoice: Invoice) -> list[dict[str, str]]:
    return [
        {
            "name": line.name,
            "note": line.note,
            "amount": money(line.amount_cents, bill.booking.currency),
        }
        for line in printed_lines(bill, invoice)
    ]


def sum_row(
    label: str, cents: int, currency: str, *, strong: bool = False, rule: bool = False
) -> dict[str, Any]:
    """One row of the sums (cents)."""
    return {"label": label, "amount": money(cents, currency), "strong": strong, "rule": rule}


def _invoice_sums(bill: Bill, invoice: Invoice) -> list[dict[str, Any]]:
    currency = bill.booking.currency
    sums = [sum_row("Total", invoice.total_cents, currency, rule=True)]
    if invoice.paid_cents:
        sums.append(sum_row("Paid", -invoice.paid_cents, currency))
    if invoice.processing_cents:
        sums.append(sum_row("Processing", -invoice.processing_cents, currency))
    if invoice.surplus_cents:
        sums.append(sum_row("To be refunded", invoice.surplus_cents, currency))
    sums.append(sum_row("Balance due", invoice.balance_cents, currency, strong=True))
    return sums


def _payments(bill: Bill, invoice: Invoice) -> list[dict[str, str]]:
    seen = bill.invoices if invoice.kind is InvoiceKind.CLIENT else (invoice,)
    own = invoice.invoice_id
    rows = [
        (payment.paid_at, _payment(bill, paid, payment, own=paid.invoice_id == own))
        for paid in seen
        for payment in paid.payments
        if payment.settled and payment.paid_at
    ]
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def _payment(bill: Bill, invoice: Invoice, payment: Payment, *, own: bool) -> dict[str, str]:
    """Of another payer only name, role, date and amount (C17)."""
    how = payment.method_label if own else invoice.payer.role_label
    if payment.refunded_cents:
        how = f"{how}, {money(payment.refunded_cents, bill.booking.currency)} refunded"
    if payment.returned_cents:
        how = f"{how}, {money(payment.returned_cents, bill.booking.currency)} returned by the bank"
    return {
        "day": long_day(payment.paid_at, bill.booking.time_zone) if payment.paid_at else "",
        "who": invoice.payer.name,
        "how": how,
        "amount": money(payment.amount_cents, bill.booking.currency),
    }


def _closing(bill: Bill, invoice: Invoice, company: Company | None) -> str:
    if bill.booking.cancelled:
        return "This inspection was cancelled."
    if invoice.status is InvoiceStatus.PAID:
        return "Paid in full. Thank you."
    if company is None:
        return ""
    return f"Questions about this invoice? {company.phone or company.email}".strip()
