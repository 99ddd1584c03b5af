"""Invoices and receipts as downloads."""

from fastapi.responses import Response

from services.billing.domain.refusals import PaymentNotFoundError
from services.billing.entrypoints.parts import Parts


async def invoice_pdf(parts: Parts, company_id: str, invoice_id: str) -> Response:
    """The invoice as it now is. Raises InvoiceNotFoundError."""
    bill = await parts.lists.bill_of_invoice(company_id, invoice_id)
    invoice = bill.invoice(invoice_id)
    company = await parts.lists.company(company_id)
    body = await parts.printer.invoice(bill, invoice, company)
    return _pdf(body, f"invoice-{invoice.number}.pdf")


async def receipt_pdf(parts: Parts, company_id: str, payment_id: str) -> Response:
    """The receipt of a payment that has come. Raises PaymentNotFoundError."""
    bill = await parts.lists.bill_of_payment(company_id, payment_id)
    invoice = bill.invoice_paid_by(payment_id)
    payment = invoice.payment(payment_id) if invoice else None
    if invoice is None or payment is None or not payment.settled:
        raise PaymentNotFoundError
    company = await parts.lists.company(company_id)
    body = await parts.printer.receipt(bill, invoice, payment, company)
    return _pdf(body, f"receipt-{payment.receipt_number}.pdf")


def _pdf(body: bytes, name: str) -> Response:
    disposition = f'inline; filename="{name}"'
    return Response(
        body, media_type="application/pdf", headers={"Content-Disposition": disposition}
    )
