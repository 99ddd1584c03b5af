"""Staff take back that the client may pay at closing; possible while unpaid (C30)."""

from dataclasses import replace

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.refusals import DeferralRefusedError
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


async def cancel_deferral(*, company_id: str, invoice_id: str, books: Books, clock: Clock) -> Bill:
    """The invoice is due as before. Raises DeferralRefusedError, InvoiceNotFoundError."""
    now = clock()

    async def cancel(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(company_id, invoice_id)
        invoice = bill.invoice(invoice_id)
        if invoice.deferral is None:
            return bill
        if invoice.status is not InvoiceStatus.DEFERRED:
            raise DeferralRefusedError("This invoice has been paid already")
        changed = bill.with_invoice(replace(invoice, deferral=None))
        return await keep_sheet(open_books, Sheet(before=bill, bill=changed), now=now)

    return await books.write(cancel)
