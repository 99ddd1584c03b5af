"""Staff take a third party's invoice back: the client's takes its part again."""

from services.billing.domain.bill import Bill
from services.billing.domain.changing import voided
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


async def void_invoice(*, company_id: str, invoice_id: str, books: Books, clock: Clock) -> Bill:
    """Void it; an open page for it is closed. A repeat changes nothing.

    Raises ClientInvoiceError, PaymentPendingError, InvoicePaidError, InvoiceNotFoundError.
    """
    now = clock()

    async def void(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(company_id, invoice_id)
        after = voided(bill, invoice_id)
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(void)
