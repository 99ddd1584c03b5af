"""Reserve invoices for one payment, all or none, before the card processor hears of it.

One conditional write: the attempt and a reservation on each invoice. At most one live attempt per
invoice, whoever wants to pay it and however many others he pays with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.billing.domain.allocation import Allocation
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Gate, Invoice, InvoiceStatus, Reservation
from services.billing.domain.refusals import (
    AmountChangedError,
    InvoicePaidError,
    InvoiceVoidError,
    PaymentAfterPublishError,
    PaymentProcessingError,
)
from services.billing.usecases.keep_sheet import keep_sheets
from services.billing.usecases.ports import OpenBooks, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One invoice to be paid: `amount_cents` of what its bill shows as due."""

    bill: Bill
    invoice: Invoice
    amount_cents: int
    payment_id: str

    @property
    def allocation(self) -> Allocation:
        """The same as the attempt keeps it."""
        return Allocation(
            invoice_id=self.invoice.invoice_id,
            invoice_number=self.invoice.number,
            inspection_id=self.bill.inspection_id,
            payment_id=self.payment_id,
            amount_cents=self.amount_cents,
        )


async def reserve_invoices(
    books: OpenBooks, attempt: Attempt, wanted: Sequence[Wanted], *, now: datetime
) -> list[Attempt]:
    """Reserve and return nothing, or change nothing and return the live attempts in the way.

    Call `refuse_unpayable` for each invoice before.
    """
    held = {w.invoice.reservation.attempt_id for w in wanted if w.invoice.reservation}
    if held:
        return [await books.attempt(attempt.company_id, one) for one in sorted(held)]
    await books.keep_attempt(None, attempt)
    sheets: dict[str, Sheet] = {}
    for want in wanted:
        sheet = sheets.setdefault(want.bill.inspection_id, Sheet.of(want.bill))
        invoice = sheet.bill.invoice(want.invoice.invoice_id)
        reservation = Reservation(
            attempt_id=attempt.attempt_id,
            amount_cents=want.amount_cents,
            partial=want.amount_cents < invoice.balance_cents,
        )
        sheet.bill = sheet.bill.with_invoice(replace(invoice, reservation=reservation))
    await keep_sheets(books, list(sheets.values()), now=now)
    return []


def refuse_unpayable(invoice: Invoice, *, by_hand: bool = False) -> None:
    """Raises InvoiceVoidError, InvoicePaidError, PaymentProcessingError, PaymentAfterPublishError.

    Nothing is charged for an invoice nobody owes now.
    """
    if invoice.status is InvoiceStatus.VOID:
        raise InvoiceVoidError
    if invoice.status is InvoiceStatus.PROCESSING and invoice.balance_cents == 0:
        raise PaymentProcessingError
    if invoice.balance_cents == 0:
        raise InvoicePaidError
    if invoice.processing_cents:
        raise PaymentProcessingError
    if not by_hand and invoice.gate is not Gate.OPEN:
        raise PaymentAfterPublishError


def refuse_changed(*, shown_cents: int, due_cents: int, currency: str) -> None:
    """Raises AmountChangedError: the payer agreed to another amount than is due."""
    if shown_cents != due_cents:
        raise AmountChangedError(amount_cents=due_cents, currency=currency)
