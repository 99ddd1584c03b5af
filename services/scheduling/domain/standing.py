"""What billing told about an inspection, and the words the staff pages use for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.lines import ServiceLine

InvoiceKind = Literal["client", "third_party"]
InvoiceStatus = Literal["open", "processing", "paid", "deferred", "void"]
OPEN_STATUSES: frozenset[InvoiceStatus] = frozenset({"open", "processing", "deferred"})


@dataclass(frozen=True, kw_only=True)
class Balance:
    """What the whole bill of one inspection stands at, in whole cents."""

    inspection_id: str
    company_id: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    surplus_cents: int
    report_released: bool
    revision: int


@dataclass(frozen=True, kw_only=True)
class KnownLine:
    """One printed line of an invoice."""

    name: str
    amount_cents: int


@dataclass(frozen=True, kw_only=True)
class KnownInvoice:
    """As much of an invoice as scheduling needs: who owes it, for what, and whether still."""

    invoice_id: str
    company_id: str
    inspection_id: str
    kind: InvoiceKind
    status: InvoiceStatus
    payer_contact_id: str
    payer_name: str
    payer_role_label: str
    lines: tuple[KnownLine, ...]
    due_on: date
    paid_at: datetime | None
    waits_for_publish: bool
    balance_cents: int
    revision: int

    @property
    def open(self) -> bool:
        """Whether somebody still owes it."""
        return self.status in OPEN_STATUSES


@dataclass(frozen=True, kw_only=True)
class BilledLine:
    """One charge, who pays for it, and how far that is."""

    line: ServiceLine
    payer_name: str
    payer_role_label: str
    word: str
    day: date | None = None
    """Shown after the word: `Due Dec 1`."""
    paid_at: datetime | None = None


def payment_word(balance: Balance | None, total_cents: int) -> str:
    """Return the badge of the whole inspection: `Due`, `Partly paid`, `Paid`, `Processing`.

    Until billing has told anything, what the inspection costs (`total_cents`) is due.
    """
    if balance is None:
        return "Due" if total_cents else "Nothing due"
    if balance.total_cents == 0:
        return "Nothing due"
    if balance.balance_cents == 0:
        return "Processing" if balance.processing_cents else "Paid"
    return "Partly paid" if balance.paid_cents else "Due"


def agreement_word(agreement: Agreement | None) -> str:
    """Return the badge of the agreement, or an empty string when there is none."""
    if agreement is None:
        return ""
    return "Agreement signed" if agreement.signed else "Agreement not signed"


_OPENS = "Report opens when published"


def report_word(inspection: Inspection, balance: Balance | None) -> str:
    """Return the badge of the report; a released one is `Report released` once there is one."""
    if is_released(inspection, balance):
        return "Report released" if inspection.reports else _OPENS
    paid = balance is not None and balance.balance_cents == balance.processing_cents == 0
    return _OPENS if paid and not inspection.reports else "Report locked until paid"


def is_released(inspection: Inspection, balance: Balance | None) -> bool:
    """Whether readers may open the report: not required, unlocked by staff, or all paid (C8)."""
    policy = inspection.policy
    if policy.unlocked_by_staff or not policy.require_payment:
        return True
    return balance is not None and balance.report_released


def billed_lines(
    inspection: Inspection, invoices: Sequence[KnownInvoice], client_name: str
) -> list[BilledLine]:
    """Say for each charge who pays it: a third party that was invoiced for it, else the client."""
    known = [invoice for invoice in invoices if invoice.status != "void"]
    client = next((invoice for invoice in known if invoice.kind == "client"), None)
    taken = {
        (line.name, line.amount_cents): invoice
        for invoice in known
        if invoice.kind == "third_party"
        for line in invoice.lines
    }
    return [
        _billed(line, taken.get((line.name, line.amount_cents), client), client_name)
        for line in inspection.lines
    ]


def _billed(line: ServiceLine, invoice: KnownInvoice | None, client_name: str) -> BilledLine:
    if invoice is None:
        return BilledLine(line=line, payer_name=client_name, payer_role_label="Client", word="Open")
    word, day = _invoice_word(invoice)
    return BilledLine(
        line=line,
        payer_name=invoice.payer_name,
        payer_role_label=invoice.payer_role_label,
        word=word,
        day=day,
        paid_at=invoice.paid_at if invoice.status == "paid" else None,
    )


def _invoice_word(invoice: KnownInvoice) -> tuple[str, date | None]:
    if invoice.status == "paid" or (invoice.status == "open" and invoice.balance_cents == 0):
        return "Paid", None
    if invoice.status == "processing":
        return "Processing", None
    if invoice.waits_for_publish:
        return "Nothing due yet", None
    return "Due", invoice.due_on
