"""Domain values as documents and back, both directions side by side.

Documents are the domain's dataclasses field by field; pydantic rebuilds them and refuses what does
not fit, so a document that was changed by hand is found out when it is read.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Gate, Invoice, InvoiceKind
from services.billing.domain.ledger import Entry
from services.billing.domain.report import payer_key, payer_role
from shared.mongo import Document

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def document(kind: type[T], value: T, *, key: str) -> Document:
    """The value as a document whose `_id` is the field `key`."""
    fields = _plain(_adapter(cast("Any", kind)).dump_python(value))
    return {"_id": fields.pop(key), **fields}


def value(kind: type[T], found: Mapping[str, Any], *, key: str) -> T:
    """The value a document holds; fields that are not the value's are left out."""
    names = kind.__dataclass_fields__  # type: ignore[attr-defined]  # a dataclass
    fields = {name: found[name] for name in names if name in found}
    built: T = _adapter(cast("Any", kind)).validate_python({**fields, key: found["_id"]})
    return built


def bill_document(bill: Bill) -> Document:
    """The one document everything rests on; ids beside it for finding it by invoice or payment."""
    return {
        **document(Bill, bill, key="inspection_id"),
        "invoice_ids": [invoice.invoice_id for invoice in bill.invoices],
        "payment_ids": [p.payment_id for invoice in bill.invoices for p in invoice.payments],
        "number": bill.booking.number,
    }


def bill_value(found: Mapping[str, Any]) -> Bill:
    """The bill in a document."""
    return value(Bill, found, key="inspection_id")


def invoice_document(bill: Bill, invoice: Invoice) -> Document:
    """The flat copy for lists and searches; never read for a decision about money."""
    return {
        "_id": invoice.invoice_id,
        "company_id": bill.company_id,
        "inspection_id": bill.inspection_id,
        "number": invoice.number,
        "kind": invoice.kind.value,
        "status": invoice.status.value,
        "payer_name": invoice.payer.name,
        "payer_key": payer_key(bill.company_id, invoice.payer),
        "payer_role": payer_role(bill, invoice).value,
        "role_label": invoice.payer.role_label,
        "street": bill.booking.street,
        "place": bill.booking.place,
        "currency": bill.booking.currency,
        "total_cents": invoice.total_cents,
        "paid_cents": invoice.paid_cents,
        "processing_cents": invoice.processing_cents,
        "balance_cents": invoice.balance_cents,
        "surplus_cents": invoice.surplus_cents,
        "refunded_cents": sum(payment.refunded_cents for payment in invoice.payments),
        "disputed_cents": sum(payment.held_cents for payment in invoice.payments),
        "gate": invoice.gate.value,
        "issued_on": invoice.issued_on.isoformat(),
        "due_on": invoice.due_on.isoformat(),
        "sort": f"{invoice.issued_on.isoformat()}~{invoice.number}~{invoice.invoice_id}",
        "search": f"{invoice.number} {invoice.payer.name} {bill.booking.street}".casefold(),
        "revision": invoice.revision,
        **_account_row(bill, invoice),
    }


def _account_row(bill: Bill, invoice: Invoice) -> Document:
    """What lists of one account's invoices are found and summed by."""
    account = bill.booking.account
    if account is None or invoice.kind is not InvoiceKind.CLIENT:
        return {}
    payable = invoice.balance_cents > 0 and not invoice.voided and not invoice.processing_cents
    return {
        "account_id": account.account_id,
        "account_name": account.name,
        "order_id": account.order_id,
        "order_number": account.order_number,
        "site_line": account.site_line,
        "job_created_at": account.job_created_at,
        "payable": payable and invoice.gate is Gate.OPEN,
        "held": invoice.reservation is not None,
    }


def attempt_document(attempt: Attempt) -> Document:
    """The attempt, to be found by any inspection it pays and by what is left of a prepayment."""
    row = {
        **document(Attempt, attempt, key="attempt_id"),
        "inspection_id": [part.inspection_id for part in attempt.allocations],
        "unapplied_cents": attempt.unapplied_cents,
    }
    return row | {"prepayment": True} if attempt.prepaid and attempt.paid_at else row


def attempt_value(found: Mapping[str, Any]) -> Attempt:
    """The attempt in a document; one from before payments over many invoices has one part."""
    if "allocations" not in found:
        part = {
            "invoice_id": found["invoice_id"],
            "invoice_number": found["invoice_number"],
            "inspection_id": found["inspection_id"],
            "payment_id": found["_id"],
            "amount_cents": found["amount_cents"],
        }
        found = {**found, "allocations": [part]}
    return value(Attempt, found, key="attempt_id")


def entry_document(entry: Entry, at: datetime) -> Document:
    """A ledger entry; `cents` are 64-bit integers in the database too."""
    return {**document(Entry, entry, key="entry_id"), "at": at}


def _plain(found: Any) -> Any:
    """What the database can hold: no enums, no dates without a time, no tuples."""
    if isinstance(found, dict):
        return {name: _plain(inner) for name, inner in found.items()}
    if isinstance(found, list | tuple):
        return [_plain(inner) for inner in found]
    if isinstance(found, Enum):
        return found.value
    if isinstance(found, date) and not isinstance(found, datetime):
        return found.isoformat()
    return found
