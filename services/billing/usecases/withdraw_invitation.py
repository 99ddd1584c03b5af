"""A client takes an invitation back while nothing was paid and nothing is on its way."""

from services.billing.domain.bill import Bill
from services.billing.domain.changing import voided
from services.billing.domain.invoice import InvoiceKind
from services.billing.domain.split_refusals import InvitationNotFoundError
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


async def withdraw_invitation(
    *, company_id: str, client_invoice_id: str, invoice_id: str, books: Books, clock: Clock
) -> Bill:
    """Void the invoice; only one this bill's client has asked for. A repeat changes nothing.

    Raises InvoiceNotFoundError, InvitationNotFoundError (staff made it, or it is another bill's),
    PaymentPendingError, InvoicePaidError.
    """
    now = clock()

    async def withdraw(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(company_id, client_invoice_id)
        if bill.invoice(client_invoice_id).kind is not InvoiceKind.CLIENT:
            raise InvitationNotFoundError
        invited = (i.invoice_id for i in bill.third_parties if i.invited_by)
        if invoice_id not in invited:
            raise InvitationNotFoundError
        after = voided(bill, invoice_id)
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(withdraw)
