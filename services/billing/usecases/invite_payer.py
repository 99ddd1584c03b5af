"""A client asks somebody of the People box to pay a part of his own open balance."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.billing.domain.bill import Bill
from services.billing.domain.carving import Carving, carved
from services.billing.domain.company import Company, Settings
from services.billing.domain.division import Share
from services.billing.domain.invoice import Invoice, InvoiceKind
from services.billing.domain.mailing import refuse_unmailable
from services.billing.domain.refusals import InvoiceNotFoundError, NotInPeopleError
from services.billing.domain.split_refusals import InvitationsOffError, OnePersonEachError
from services.billing.usecases.add_invoice import refuse_unavailable
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet
from services.billing.usecases.send_invoice import SendInvoice, ask_for_mail
from shared.money import money

BUTTON = "{{ sign_and_pay }}"
"""Where notifications draws the payment button; the link itself is nowhere in the text (R32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePayer:
    """`invoice_id` and `send_id` are made by the caller from the request's key."""

    company_id: str
    client_invoice_id: str
    invoice_id: str
    send_id: str
    contact_id: str
    share: Share
    invited_by: str
    """The client's name, as the mail says it."""


async def invite_payer(
    command: InvitePayer, *, books: Books, clock: Clock, own_accounts: bool
) -> Bill:
    """Make the invoice and ask for its mail in one write. A repeat changes nothing.

    Raises InvoiceNotFoundError, InvitationsOffError, MultiPartyUnavailableError,
    OnePersonEachError (himself) and what `refuse_unmailable` and `carved` raise.
    """
    now = clock()

    async def invite(open_books: OpenBooks) -> Bill:
        bill = await bill_of_client(open_books, command)
        if any(invoice.invoice_id == command.invoice_id for invoice in bill.invoices):
            return bill
        company = await open_books.company(command.company_id)
        settings = await open_books.settings(command.company_id)
        refuse_uninvited(bill, command, company, settings, own_accounts=own_accounts)
        sheet = Sheet(before=bill, bill=carved(bill, invitation(command, bill, now)))
        mail = _mail(command, sheet.bill, company)
        await ask_for_mail(open_books, sheet, mail, now=now)
        return await keep_sheet(open_books, sheet, now=now)

    return await books.write(invite)


async def bill_of_client(books: OpenBooks, command: InvitePayer) -> Bill:
    """Raises InvoiceNotFoundError, also when the invoice is not a client's."""
    bill = await books.bill_of(command.company_id, command.client_invoice_id)
    if bill.invoice(command.client_invoice_id).kind is not InvoiceKind.CLIENT:
        raise InvoiceNotFoundError
    return bill


def refuse_uninvited(
    bill: Bill,
    command: InvitePayer,
    company: Company | None,
    settings: Settings,
    *,
    own_accounts: bool,
) -> None:
    """Raise unless this client may invite this person at all; the amount is another question."""
    if not settings.portal.clients_may_invite:
        raise InvitationsOffError
    if command.contact_id == bill.client_invoice.payer.contact_id:
        raise OnePersonEachError("You already have an invoice of your own; choose somebody else")
    payer = bill.booking.person(command.contact_id)
    if payer is None:
        raise NotInPeopleError
    refuse_unmailable(bill.booking, payer, company)
    refuse_unavailable(company, settings, own_accounts=own_accounts)


def invitation(command: InvitePayer, bill: Bill, now: datetime) -> Carving:
    """The command as the bill takes it."""
    return Carving(
        invoice_ids=(command.invoice_id,),
        contact_ids=(command.contact_id,),
        share=command.share,
        issued_on=now.astimezone(ZoneInfo(bill.booking.time_zone)).date(),
        invited_by=command.invited_by,
    )


def _mail(command: InvitePayer, bill: Bill, company: Company | None) -> SendInvoice:
    invoice = bill.invoice(command.invoice_id)
    sender = f" from {company.name}" if company else ""
    return SendInvoice(
        company_id=command.company_id,
        invoice_id=command.invoice_id,
        send_id=command.send_id,
        subject=f"{command.invited_by} asks you to pay a part: invoice {invoice.number}{sender}",
        body=_words(command.invited_by, bill, invoice),
        requested_by=command.invited_by,
    )


def _words(invited_by: str, bill: Bill, invoice: Invoice) -> str:
    booking = bill.booking
    names = [line.name for line in booking.lines if line.line_id in invoice.line_ids]
    amount = money(invoice.balance_cents, booking.currency)
    purpose = ", ".join(names) or "your part of the inspection"
    place = f"{booking.street}, {booking.place}".strip(" ,")
    text = f"{invited_by} asks you to pay {amount} for {purpose} at {place}."
    return f"Hello {invoice.payer.name},\n\n{text}\n\n{BUTTON}"
