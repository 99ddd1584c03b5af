"""The client chose to pay at closing (C30)."""

from dataclasses import replace

from services.billing.domain.bill import Bill
from services.billing.domain.company import Company
from services.billing.domain.invoice import Deferral, InvoiceKind, InvoiceStatus
from services.billing.domain.refusals import (
    DeferralRefusedError,
    InvoicePaidError,
    PaymentProcessingError,
)
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


async def defer_invoice(
    *, company_id: str, invoice_id: str, deferral: Deferral, books: Books, clock: Clock
) -> Bill:
    """The invoice becomes `deferred`, due on the closing date. A repeat changes nothing.

    Raises DeferralRefusedError, InvoicePaidError, PaymentProcessingError, InvoiceNotFoundError.
    """
    now = clock()

    async def defer(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(company_id, invoice_id)
        if bill.invoice(invoice_id).deferral:
            return bill
        _refuse_undeferrable(bill, invoice_id, await open_books.company(company_id))
        invoice = bill.invoice(invoice_id)
        deferred = replace(invoice, deferral=deferral, due_on=deferral.closing_on)
        sheet = Sheet(before=bill, bill=bill.with_invoice(deferred))
        return await keep_sheet(open_books, sheet, now=now)

    return await books.write(defer)


def _refuse_undeferrable(bill: Bill, invoice_id: str, company: Company | None) -> None:
    invoice = bill.invoice(invoice_id)
    if company is None or not company.allow_deferred:
        raise DeferralRefusedError("This company does not offer paying at closing")
    if invoice.kind is not InvoiceKind.CLIENT or bill.booking.release.collect_after_publish:
        raise DeferralRefusedError
    if invoice.status is InvoiceStatus.PROCESSING:
        raise PaymentProcessingError
    if invoice.status is not InvoiceStatus.OPEN:
        raise InvoicePaidError
