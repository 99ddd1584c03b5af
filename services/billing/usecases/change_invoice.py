"""Staff change a third party's invoice: its part, payer, due date, or when to collect."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.changing import Change, changed
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInvoice:
    """`replacement_id` is the id of the invoice another payer gets, made from invoice and payer."""

    company_id: str
    invoice_id: str
    change: Change
    replacement_id: str


async def change_invoice(command: ChangeInvoice, *, books: Books, clock: Clock) -> Bill:
    """Change it; an open page that asks for something else is closed. A repeat changes nothing.

    With another payer the invoice is replaced: `current_id` tells the one that holds now.
    Raises what `changed` raises.
    """
    now = clock()

    async def change(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill_of(command.company_id, command.invoice_id)
        invoice_id = current_id(bill, command)
        after = changed(bill, invoice_id, command.change, replacement_id=command.replacement_id)
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(change)


def current_id(bill: Bill, command: ChangeInvoice) -> str:
    """The replacement if there is one already, else the invoice itself."""
    known = any(i.invoice_id == command.replacement_id for i in bill.invoices)
    return command.replacement_id if known else command.invoice_id
