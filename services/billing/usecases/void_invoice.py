"""Staff take a third party's invoice back: the client's takes its part again."""

from dataclasses import replace

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import InvoiceKind
from services.billing.domain.refusals import (
    ClientInvoiceError,
    InvoicePaidError,
    PaymentProcessingError,
)
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


async def void_invoice(*, company_id: str, invoice_id: str, books: Books, clock: Clock) -> Bill:
    """Void it; an open page for it is closed. A repeat changes nothing.

    Raises ClientInvoiceError, PaymentProcessingError, InvoicePaidError, InvoiceNotFoundError.
    """
    now = clock()

    async def void(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(company_id, invoice_id)
        invoice = bill.invoice(invoice_id)
        if invoice.voided:
            return bill
        if invoice.kind is InvoiceKind.CLIENT:
            raise ClientInvoiceError
        if invoice.processing_cents:
            raise PaymentProcessingError
        if invoice.paid_cents:
            raise InvoicePaidError("This invoice has been paid into; refund it first")
        after = bill.with_invoice(replace(invoice, voided=True))
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(void)
