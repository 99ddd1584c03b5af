"""The lines an invoice prints: they always sum to its total."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.carving import taken_lines
from services.billing.domain.invoice import Invoice, InvoiceKind, InvoiceStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedLine:
    """One line as it is printed (cents, may be negative)."""

    name: str
    note: str
    amount_cents: int


def printed_lines(bill: Bill, invoice: Invoice) -> tuple[PrintedLine, ...]:
    """What this payer is asked to pay for. The payer's own, never another's (C17)."""
    if bill.booking.cancelled:
        return ()
    mine = _client(bill) if invoice.kind is InvoiceKind.CLIENT else _third_party(bill, invoice)
    if invoice.credit_cents:
        mine = [*mine, PrintedLine(name="Credit", note="", amount_cents=-invoice.credit_cents)]
    rest = invoice.total_cents - sum(line.amount_cents for line in mine)
    if rest:
        mine = [*mine, PrintedLine(name="Adjustment", note="", amount_cents=rest)]
    return tuple(mine)


def _client(bill: Bill) -> list[PrintedLine]:
    taken = taken_lines(bill)
    own = [
        PrintedLine(name=line.name, note=line.note, amount_cents=line.amount_cents)
        for line in bill.booking.lines
        if line.line_id not in taken
    ]
    others = [
        PrintedLine(
            name=f"Billed to {invoice.payer.name}",
            note=invoice.payer.role_label,
            amount_cents=-(invoice.total_cents + invoice.credit_cents),
        )
        for invoice in bill.third_parties
        if not invoice.line_ids and invoice.status is not InvoiceStatus.VOID
    ]
    return [*own, *others]


def _third_party(bill: Bill, invoice: Invoice) -> list[PrintedLine]:
    if not invoice.line_ids:  # a percentage would tell the payer the whole bill (C17)
        amount_cents = invoice.total_cents + invoice.credit_cents
        name = f"Your part of inspection {bill.booking.number}"
        return [PrintedLine(name=name, note="", amount_cents=amount_cents)] if amount_cents else []
    return [
        PrintedLine(name=line.name, note=line.note, amount_cents=line.amount_cents)
        for line in bill.booking.lines
        if line.line_id in invoice.line_ids
    ]
