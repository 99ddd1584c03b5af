"""Somebody with a link opens the invoice it is about, or a receipt of it."""

from contextlib import AbstractAsyncContextManager

from services.portal.domain.links import Link
from services.portal.domain.refusals import UnknownDocumentError
from services.portal.usecases.ports import File, Files, Views
from services.portal.usecases.start_payment import payable_invoice


async def open_document(
    link: Link, payment_id: str | None, views: Views, files: Files
) -> AbstractAsyncContextManager[File]:
    """The invoice's PDF, or the receipt of one of its payments. Raises UnknownDocumentError."""
    invoice = await payable_invoice(link, views)
    if payment_id is None:
        name = f"Invoice {invoice.number}.pdf"
        return files.invoice(link.company_id, invoice.invoice_id, name)
    payment = next((one for one in invoice.payments if one.payment_id == payment_id), None)
    if payment is None:
        raise UnknownDocumentError
    return files.receipt(link.company_id, payment_id, f"Receipt {payment.receipt_number}.pdf")
