"""What an account's papers say: parent invoices of orders, receipts."""

from collections.abc import Sequence
from typing import Any

from services.billing.adapters.paper_words import fact, letterhead_of, sum_row
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from shared.money import money
from shared.ui.formats import long_day

_STATUS = {
    "open": "",
    "paid": "Paid",
    "processing": "Processing",
    "deferred": "At closing",
}


def order_words(bills: Sequence[Bill], company: Company | None) -> dict[str, Any]:
    """The parent invoice of an order: its children, one line each (C19)."""
    first = bills[0]
    account = first.booking.account
    number = account.order_number if account else first.booking.number
    currency = first.booking.currency
    children = [bill.client_invoice for bill in bills if not bill.client_invoice.voided]
    lines = [_child(bill) for bill in bills if not bill.client_invoice.voided]
    paid_cents = sum(invoice.paid_cents for invoice in children)
    processing_cents = sum(invoice.processing_cents for invoice in children)
    sums = [sum_row("Total", sum(i.total_cents for i in children), currency, rule=True)]
    if paid_cents:
        sums.append(sum_row("Paid", -paid_cents, currency))
    if processing_cents:
        sums.append(sum_row("Processing", -processing_cents, currency))
    due_cents = sum(invoice.balance_cents for invoice in children)
    sums.append(sum_row("Balance due", due_cents, currency, strong=True))
    return {
        **letterhead_of(first.booking.number, company),
        "title": f"Invoice {number}",
        "number": number,
        "footer": f"Invoice {number}, {len(children)} sites",
        "facts": [
            fact("Billed to", account.name if account else "", first.client_invoice.payer.name),
            fact("Sites", str(len(children))),
            fact("Issued", long_day(min(i.issued_on for i in children))),
            fact("Due", long_day(min(i.due_on for i in children))),
        ],
        "lines": lines,
        "sums": sums,
        "payments": [],
        "closing": "",
    }


def account_receipt_words(attempt: Attempt, company: Company | None) -> dict[str, Any]:
    """One receipt for a payment over several invoices."""
    currency = attempt.currency
    zone = company.time_zone if company else "UTC"
    paid = [part for part in attempt.allocations if part.applied_at is None]
    lines = [_line(f"Invoice {a.invoice_number}", a.amount_cents, currency) for a in paid]
    if attempt.prepaid:
        lines.append(_line("Paid in advance", attempt.prepaid.amount_cents, currency))
    sums = [sum_row("Paid", attempt.amount_cents, currency, strong=True, rule=True)]
    if attempt.refunded_cents:
        sums.append(sum_row("Refunded since", -attempt.refunded_cents, currency))
    return {
        **letterhead_of(attempt.receipt_number, company),
        "title": f"Receipt {attempt.receipt_number}",
        "number": attempt.receipt_number,
        "footer": f"Receipt {attempt.receipt_number}",
        "amount": money(attempt.amount_cents, currency),
        "facts": [
            fact("Received from", attempt.payer.name),
            fact("Paid with", attempt.method_label),
            fact("Date", long_day(attempt.paid_at, zone) if attempt.paid_at else ""),
            fact("Invoices", str(len(paid))),
        ],
        "lines": lines,
        "sums": sums,
        "closing": attempt.client_note,
    }


def _child(bill: Bill) -> dict[str, str]:
    invoice, account = bill.client_invoice, bill.booking.account
    status = _STATUS.get(invoice.status.value, "")
    note = ", ".join(part for part in (account.site_line if account else "", status) if part)
    name = f"Invoice {invoice.number}"
    return {**_line(name, invoice.total_cents, bill.booking.currency), "note": note}


def _line(name: str, cents: int, currency: str) -> dict[str, str]:
    return {"name": name, "note": "", "amount": money(cents, currency)}
