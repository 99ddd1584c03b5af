"""Staff copy an invoice's own link, to hand it over themselves (R28, C10)."""

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import InvoiceKind, InvoiceStatus
from services.billing.domain.refusals import ClientInvoiceError, InvoiceVoidError
from services.billing.usecases.ports import InvoiceLinks


async def copy_link(bill: Bill, invoice_id: str, *, links: InvoiceLinks) -> str:
    """A new link that opens this invoice and nothing else; nobody keeps it but the asker.

    Raises ClientInvoiceError (the client's page is reached by Client View), InvoiceVoidError,
    UnavailableError when portal is away.
    """
    invoice = bill.invoice(invoice_id)
    if invoice.kind is InvoiceKind.CLIENT:
        raise ClientInvoiceError
    if invoice.status is InvoiceStatus.VOID:
        raise InvoiceVoidError
    return await links.mint(
        company_id=bill.company_id,
        inspection_id=bill.inspection_id,
        invoice_id=invoice_id,
        recipient=invoice.payer.email,
    )
