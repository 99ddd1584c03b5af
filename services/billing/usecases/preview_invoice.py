"""What an invoice would do to the bill, before it is made or changed; nothing is written."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.carving import Carving, Room, carved, room_for, shares_wished
from services.billing.domain.changing import Change, changed
from services.billing.domain.division import Share, share_of, share_wanted
from services.billing.domain.invoice import Invoice
from services.billing.usecases.add_invoice import (
    AddInvoice,
    bill_to_divide,
    carving_of,
    refuse_company,
)
from services.billing.usecases.change_invoice import ChangeInvoice
from services.billing.usecases.ports import Books, Clock, OpenBooks
from shared.problems import RefusalError


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """`bill` is the whole bill as it would be divided; as it is now when `refusal` is set.

    `share_cents` is what the wished invoices ask for together, even when that is refused.
    """

    bill: Bill
    new_ids: tuple[str, ...]
    """The invoices of `bill` that are new or changed."""
    share_cents: int
    client_before_cents: int
    """Due from the client now, and with the invoice."""
    client_after_cents: int
    room: Room
    refusal: RefusalError | None

    @property
    def wished(self) -> tuple[Invoice, ...]:
        """The new or changed invoices; none when refused."""
        return tuple(i for i in self.bill.third_parties if i.invoice_id in self.new_ids)


async def preview_invoice(
    command: AddInvoice | ChangeInvoice, *, books: Books, clock: Clock, own_accounts: bool
) -> Preview:
    """What `add_invoice` or `change_invoice` would make of the bill.

    The refusal that would come is part of the answer. Raises BillNotFoundError and
    InvoiceNotFoundError only.
    """
    now = clock()

    async def look(open_books: OpenBooks) -> Preview:
        if isinstance(command, ChangeInvoice):
            bill = await open_books.bill_of(command.company_id, command.invoice_id)
            return preview_of_change(bill, command)
        bill = await bill_to_divide(open_books, command.company_id, command.inspection_id)
        try:
            await refuse_company(open_books, command.company_id, own_accounts=own_accounts)
        except RefusalError as refusal:
            return refused(bill, room_for(bill), 0, refusal)
        return preview_of_carving(bill, carving_of(command, bill, now))

    return await books.write(look)


def preview_of_carving(bill: Bill, carving: Carving) -> Preview:
    """The bill with new invoices."""
    room = room_for(bill)
    wished_cents = sum(shares_wished(bill, carving))
    try:
        after = carved(bill, carving)
    except RefusalError as refusal:
        return refused(bill, room, wished_cents, refusal)
    return _allowed(bill, after, room, carving.invoice_ids)


def preview_of_change(bill: Bill, command: ChangeInvoice) -> Preview:
    """The bill with a changed one."""
    invoice = bill.invoice(command.invoice_id)
    change: Change = command.change
    room = room_for(bill, invoice)
    try:
        after = changed(bill, invoice.invoice_id, change, replacement_id=command.replacement_id)
    except RefusalError as refusal:
        return refused(bill, room, _changed_share(bill, invoice, change.share), refusal)
    ids = (command.replacement_id, invoice.invoice_id)
    live = tuple(i.invoice_id for i in after.invoices if i.invoice_id in ids and not i.voided)
    return _allowed(bill, after, room, live)


def _changed_share(bill: Bill, invoice: Invoice, share: Share | None) -> int:
    """What the changed invoice was to ask for; 0 when the form makes no sense."""
    if share is None or invoice is bill.client_invoice:
        return invoice.total_cents
    if share == share_of(invoice):
        return share_wanted(invoice, bill.booking)
    payer = (invoice.payer.contact_id,)
    wish = Carving(invoice_ids=("",), contact_ids=payer, share=share, issued_on=invoice.issued_on)
    return sum(shares_wished(bill, wish))


def _allowed(before: Bill, after: Bill, room: Room, new_ids: tuple[str, ...]) -> Preview:
    totals = (after.invoice(invoice_id).total_cents for invoice_id in new_ids)
    return Preview(
        bill=after,
        new_ids=new_ids,
        share_cents=sum(totals),
        client_before_cents=before.client_invoice.balance_cents,
        client_after_cents=after.client_invoice.balance_cents,
        room=room,
        refusal=None,
    )


def refused(bill: Bill, room: Room, share_cents: int, refusal: RefusalError) -> Preview:
    """The bill as it is, and why it stays so."""
    due_cents = bill.client_invoice.balance_cents
    return Preview(
        bill=bill,
        new_ids=(),
        share_cents=share_cents,
        client_before_cents=due_cents,
        client_after_cents=due_cents,
        room=room,
        refusal=refusal,
    )
