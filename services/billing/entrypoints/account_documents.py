"""An account's papers as downloads: parent invoices, receipts."""

from fastapi.responses import Response

from services.billing.domain.account_refusals import AccountPaymentNotFoundError
from services.billing.entrypoints.parts import Parts


async def order_document(parts: Parts, company_id: str, order_id: str) -> Response:
    """The parent invoice as PDF. Raises OrderNotFoundError."""
    bills = await parts.lists.order_bills(company_id, order_id)
    company = await parts.lists.company(company_id)
    account = bills[0].booking.account
    body = await parts.printer.order(bills, company)
    number = account.order_number if account else order_id
    return download(body, f"invoice-{number}.pdf", "application/pdf")


async def account_receipt(parts: Parts, company_id: str, payment_id: str) -> Response:
    """One receipt for the whole payment. Raises AccountPaymentNotFoundError."""
    attempt = await parts.lists.account_payment(company_id, payment_id)
    if attempt.paid_at is None:
        raise AccountPaymentNotFoundError
    company = await parts.lists.company(company_id)
    body = await parts.printer.account_receipt(attempt, company)
    return download(body, f"receipt-{attempt.receipt_number}.pdf", "application/pdf")


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file that the browser shows or keeps under that name."""
    shown = "inline" if media_type == "application/pdf" else "attachment"
    disposition = f'{shown}; filename="{name}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})
