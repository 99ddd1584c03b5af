"""Staff invoice third parties for a part of what is unpaid (R35-R39, R54, R55, R59)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.billing.domain.bill import Bill
from services.billing.domain.carving import Carving, carved
from services.billing.domain.company import Company, Provider, Settings
from services.billing.domain.division import Share
from services.billing.domain.refusals import BillNotFoundError, MultiPartyUnavailableError
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet
from services.billing.usecases.send_invoice import SendInvoice, ask_for_mail


@dataclass(frozen=True, slots=True, kw_only=True)
class AddInvoice:
    """Who pays, and what: services, a fixed amount, a percentage or equal parts.

    Several people only with equal parts, one invoice each; the client keeps a part. `invoice_id`
    is made by the caller from the request's key, so that a repeat adds nothing.
    """

    company_id: str
    inspection_id: str
    invoice_id: str
    contact_ids: tuple[str, ...]
    share: Share
    due_on: date | None = None
    reference: str = ""
    collect_now: bool = False
    """May be paid before the inspection is published (C7)."""
    rule_id: str = ""
    sent_by: str | None = None
    """Who sends them at once, in the company's own words; None: nothing is mailed (C12)."""

    @property
    def invoice_ids(self) -> tuple[str, ...]:
        """One id for each person: `invoice_id`, then `invoice_id-2` and so on."""
        more = (f"{self.invoice_id}-{at}" for at in range(2, len(self.contact_ids) + 1))
        return (self.invoice_id, *more)


async def add_invoice(
    command: AddInvoice, *, books: Books, clock: Clock, own_accounts: bool
) -> Bill:
    """Carve the invoices out of the client's and mail them if wished, all or none.

    Raises BillNotFoundError, MultiPartyUnavailableError and what `carved` and `ask_for_mail` raise.
    """
    now = clock()

    async def add(open_books: OpenBooks) -> Bill:
        bill = await bill_to_divide(open_books, command.company_id, command.inspection_id)
        sheet = Sheet.of(bill)
        if all(invoice.invoice_id != command.invoice_id for invoice in bill.invoices):
            await refuse_company(open_books, command.company_id, own_accounts=own_accounts)
            sheet.bill = carved(bill, carving_of(command, bill, now))
        for wish in _sendings(command, sheet.bill):
            await ask_for_mail(open_books, sheet, wish, now=now)
        return await keep_sheet(open_books, sheet, now=now)

    return await books.write(add)


def _sendings(command: AddInvoice, bill: Bill) -> list[SendInvoice]:
    """What is to be mailed and has not been."""
    if command.sent_by is None:
        return []
    return [
        SendInvoice(
            company_id=command.company_id,
            invoice_id=invoice_id,
            send_id=f"added-{invoice_id}",
            subject="",
            body="",
            requested_by=command.sent_by,
        )
        for invoice_id in command.invoice_ids
        if bill.invoice(invoice_id).sent_at is None
    ]


def carving_of(command: AddInvoice, bill: Bill, now: datetime) -> Carving:
    """The command as the bill takes it; issued on the day at the property."""
    return Carving(
        invoice_ids=command.invoice_ids,
        contact_ids=command.contact_ids,
        share=command.share,
        issued_on=now.astimezone(ZoneInfo(bill.booking.time_zone)).date(),
        due_on=command.due_on,
        reference=command.reference,
        collect_now=command.collect_now,
        rule_id=command.rule_id,
    )


async def bill_to_divide(books: OpenBooks, company_id: str, inspection_id: str) -> Bill:
    """Raises BillNotFoundError."""
    bill = await books.bill(company_id, inspection_id)
    if bill is None:
        raise BillNotFoundError
    return bill


async def refuse_company(books: OpenBooks, company_id: str, *, own_accounts: bool) -> None:
    """Raise MultiPartyUnavailableError as the company is set up now."""
    company = await books.company(company_id)
    settings = await books.settings(company_id)
    refuse_unavailable(company, settings, own_accounts=own_accounts)


def refuse_unavailable(company: Company | None, settings: Settings, *, own_accounts: bool) -> None:
    """Raise MultiPartyUnavailableError unless the company may invoice third parties (R35, R36)."""
    if company is None or company.provider is not Provider.INTEGRATED:
        raise MultiPartyUnavailableError(
            "Separate invoices need integrated payments",
            reason="Choose them under Settings > Client Portal",
        )
    if not settings.takes_money(company, own_accounts=own_accounts):
        raise MultiPartyUnavailableError(
            "Separate invoices need payments online",
            reason="Settings > Payments says why they are off",
        )
    if company.allow_deferred:
        raise MultiPartyUnavailableError(
            "Separate invoices do not go with deferred payments",
            reason="Turn off Allow deferred payment under Settings > Client Portal first",
        )
