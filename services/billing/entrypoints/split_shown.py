"""Who pays which part of a bill, as pages draw it: a bar, and a legend that says the same."""

from dataclasses import dataclass
from datetime import date

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice, InvoiceKind, InvoiceStatus
from services.billing.entrypoints.words import invoice_word
from services.billing.usecases.preview_invoice import Preview
from shared.problems import RefusalError

COLOURS = 6
NOT_YET_CHOSEN = "service_or_amount"
"""The refusal of a form in which nothing has been chosen: no news to somebody still typing."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One payer's part. `key` is the colour."""

    key: str
    invoice: Invoice
    name: str
    role: str
    word: str
    cents: int
    wished: bool = False


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What a form would do to the bill; the text of a refusal in its place."""

    parts: list[Part]
    refusal: RefusalError | None
    maximum_cents: int
    reason: str
    client_name: str
    client_before_cents: int
    client_after_cents: int
    wished: list[Part]


def parts_of_bill(
    bill: Bill, today: date, wished: tuple[str, ...] = (), wished_word: str = "New"
) -> list[Part]:
    """Every payer with an invoice that counts, the client first."""
    shown = [
        invoice
        for invoice in bill.invoices
        if invoice.kind is InvoiceKind.CLIENT or invoice.status is not InvoiceStatus.VOID
    ]
    return [
        Part(
            key=f"part-{at % COLOURS + 1}",
            invoice=invoice,
            name=invoice.payer.name,
            role=invoice.payer.role_label,
            word=wished_word
            if invoice.invoice_id in wished
            else invoice_word(bill, invoice, today),
            cents=max(0, invoice.total_cents),
            wished=invoice.invoice_id in wished,
        )
        for at, invoice in enumerate(shown)
    ]


def effect_of(preview: Preview, today: date, wished_word: str = "New") -> Effect:
    """From what the use case found out."""
    parts = parts_of_bill(preview.bill, today, preview.new_ids, wished_word)
    refusal = preview.refusal
    return Effect(
        parts=parts,
        refusal=None if refusal and refusal.code == NOT_YET_CHOSEN else refusal,
        maximum_cents=preview.room.maximum_cents,
        reason=preview.room.reason,
        client_name=preview.bill.client_invoice.payer.name,
        client_before_cents=preview.client_before_cents,
        client_after_cents=preview.client_after_cents,
        wished=[part for part in parts if part.wished],
    )
