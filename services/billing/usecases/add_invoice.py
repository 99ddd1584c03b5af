"""Staff invoice a third party for a part of what is unpaid (R35-R39, R54, R55, R59)."""

from dataclasses import dataclass

from services.billing.domain.bill import Bill
from services.billing.domain.carving import carved
from services.billing.domain.company import Company, Settings
from services.billing.domain.refusals import BillNotFoundError, MultiPartyUnavailableError
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Books, Clock, OpenBooks, Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class AddInvoice:
    """Who pays, and either services or a fixed amount in cents.

    `invoice_id` is made by the caller from the request's key, so that a repeat adds nothing.
    """

    company_id: str
    inspection_id: str
    invoice_id: str
    contact_id: str
    line_ids: tuple[str, ...]
    fixed_cents: int | None
    reference: str = ""


async def add_invoice(
    command: AddInvoice, *, books: Books, clock: Clock, own_accounts: bool
) -> Bill:
    """Carve the invoice out of the client's; nothing is mailed (C12).

    Raises BillNotFoundError, MultiPartyUnavailableError, NotInPeopleError,
    ChooseServiceOrAmountError, NothingToInvoiceError, FixedAmountTooLargeError, ServiceTakenError.
    """
    now = clock()

    async def add(open_books: OpenBooks) -> Bill:
        bill = await open_books.bill(command.company_id, command.inspection_id)
        if bill is None:
            raise BillNotFoundError
        if any(invoice.invoice_id == command.invoice_id for invoice in bill.invoices):
            return bill
        company = await open_books.company(command.company_id)
        settings = await open_books.settings(command.company_id)
        refuse_unavailable(company, settings, own_accounts=own_accounts)
        after = carved(
            bill,
            invoice_id=command.invoice_id,
            contact_id=command.contact_id,
            line_ids=command.line_ids,
            fixed_cents=command.fixed_cents,
            issued_on=now.date(),
            reference=command.reference,
        )
        return await keep_sheet(open_books, Sheet(before=bill, bill=after), now=now)

    return await books.write(add)


def refuse_unavailable(company: Company | None, settings: Settings, *, own_accounts: bool) -> None:
    """Raise MultiPartyUnavailableError unless the company may invoice third parties (R35, R36)."""
    if not settings.takes_money(company, own_accounts=own_accounts):
        raise MultiPartyUnavailableError("Separate invoices need integrated payments")
    if company is None or not company.may_split:
        raise MultiPartyUnavailableError("Separate invoices do not go with deferred payments")
