"""Staff received money by hand: cash, a check, a card on another terminal. Allowed at any time."""

from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice
from services.billing.domain.ledger import place_of, receivable
from services.billing.domain.payment import Method, Payment
from services.billing.domain.refusals import (
    AmountExceedsBalanceError,
    InvoicePaidError,
    InvoiceVoidError,
    PaymentProcessingError,
)
from services.billing.usecases.book_payment import receipt_number, tell_recorded
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway, Sheet
from services.billing.usecases.write_received import write_received
from shared.money import money


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordManualPayment:
    """What staff write down. `payment_id` is made by the caller from the request's key."""

    company_id: str
    invoice_id: str
    payment_id: str
    amount_cents: int
    method: Method
    reference: str
    """Check number or the like."""
    received_at: datetime
    note: str
    client_note: str
    recorded_by: str


async def record_manual_payment(
    command: RecordManualPayment, *, books: Books, gateway: PaymentGateway, clock: Clock
) -> Bill:
    """Write the payment; an open page for the old amount is closed first. A repeat changes nothing.

    Raises InvoiceNotFoundError, InvoiceVoidError, InvoicePaidError, PaymentProcessingError,
    AmountExceedsBalanceError.
    """
    now = clock()

    async def record(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(command.company_id, command.invoice_id)
        invoice = bill.invoice(command.invoice_id)
        if invoice.payment(command.payment_id):
            return bill
        _refuse_too_much(invoice, command, bill.booking.currency)
        number = await open_books.next_number(command.company_id, "receipt")
        payment = _payment(command, receipt_number(number))
        sheet = Sheet(before=bill, bill=bill.with_invoice(invoice.with_payment(payment)))
        owed = [(receivable(invoice.invoice_id), payment.amount_cents)]
        sheet.entries.append(sheet.book.paid(payment.payment_id, place_of(payment), owed))
        tell_recorded(sheet, invoice_id=invoice.invoice_id, payment=payment)
        return await keep_sheet(open_books, sheet, now=now)

    return await write_received(
        record,
        company_id=command.company_id,
        paid=lambda _: (command.invoice_id,),
        books=books,
        gateway=gateway,
        clock=clock,
    )


def method_label(method: Method, reference: str) -> str:
    """`Cash`, `Check 1042`, `Card on another terminal`."""
    words = {Method.CASH: "Cash", Method.CHECK: "Check", Method.CARD: "Card on another terminal"}
    word = words.get(method, "Other")
    return f"{word} {reference}".strip()


def _refuse_too_much(invoice: Invoice, command: RecordManualPayment, currency: str) -> None:
    if invoice.voided:
        raise InvoiceVoidError
    if invoice.balance_cents == 0:
        raise PaymentProcessingError if invoice.processing_cents else InvoicePaidError
    if command.amount_cents > invoice.balance_cents:
        maximum = money(invoice.balance_cents, currency)
        raise AmountExceedsBalanceError(
            f"The amount cannot exceed {maximum}, what is due", maximum_cents=invoice.balance_cents
        )


def _payment(command: RecordManualPayment, number: str) -> Payment:
    return Payment(
        payment_id=command.payment_id,
        amount_cents=command.amount_cents,
        method=command.method,
        method_label=method_label(command.method, command.reference),
        settled=True,
        online=False,
        receipt_number=number,
        paid_at=command.received_at,
        recorded_by=command.recorded_by,
        note=command.note,
        client_note=command.client_note,
    )
