"""Staff send an invoice to its payer: an explicit act, told once (R40-R42, C12, C13)."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.mailing import refuse_unmailable
from services.billing.domain.refusals import InvoiceVoidError
from services.billing.domain.told import invoice_told
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet
from shared.contracts.billing import InvoiceSendRequestedV1


@dataclass(frozen=True, slots=True, kw_only=True)
class SendInvoice:
    """Subject and body as staff left them, or empty: the company's own.

    `send_id` is made by the caller from the request's key.
    """

    company_id: str
    invoice_id: str
    send_id: str
    subject: str
    body: str
    requested_by: str


async def send_invoice(command: SendInvoice, *, books: Books, clock: Clock) -> Bill:
    """Note when it was sent and ask for the mail, to this payer only.

    Raises InvoiceNotFoundError and what `ask_for_mail` raises.
    """
    now = clock()

    async def send(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(command.company_id, command.invoice_id)
        sheet = Sheet.of(bill)
        await ask_for_mail(open_books, sheet, command, now=now)
        return await keep_sheet(open_books, sheet, now=now)

    return await books.write(send)


async def ask_for_mail(
    books: OpenBooks, sheet: Sheet, command: SendInvoice, *, now: datetime
) -> None:
    """Ask for the mail in the write that `sheet` becomes.

    Raises InvoiceVoidError and what `refuse_unmailable` raises, so that nobody believes it went
    out.
    """
    invoice = sheet.bill.invoice(command.invoice_id)
    company = await books.company(command.company_id)
    refuse_unmailable(sheet.bill.booking, invoice.payer, company)
    if invoice.status is InvoiceStatus.VOID:
        raise InvoiceVoidError
    sheet.bill = sheet.bill.with_invoice(replace(invoice, sent_at=now))
    sheet.events.append(
        InvoiceSendRequestedV1(
            company_id=command.company_id,
            send_id=command.send_id,
            invoice=invoice_told(sheet.bill, sheet.bill.invoice(command.invoice_id)),
            subject=command.subject,
            body=command.body,
            requested_by=command.requested_by,
        )
    )
