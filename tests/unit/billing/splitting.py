"""What staff do to divide the open bill, in short words."""

from services.billing.domain.changing import Change
from services.billing.domain.division import Share
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.change_invoice import ChangeInvoice, change_invoice
from services.billing.usecases.void_invoice import void_invoice
from tests.support.billing_examples import COMPANY, INSPECTION

HALF = Share(basis_points=5_000)


def a_wish(share, *contact_ids, invoice_id="third", **more):
    return AddInvoice(
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id=invoice_id,
        contact_ids=contact_ids or ("marcus",),
        share=share,
        **more,
    )


async def add(office, share, *contact_ids, **more):
    command = a_wish(share, *contact_ids, **more)
    return await add_invoice(command, books=office.books, clock=office.clock, own_accounts=False)


async def change(office, invoice_id="third", **what):
    command = ChangeInvoice(
        company_id=COMPANY,
        invoice_id=invoice_id,
        change=Change(**what),
        replacement_id=f"{invoice_id}:{what.get('contact_id')}",
    )
    return await change_invoice(command, books=office.books, clock=office.clock)


async def void(office, invoice_id="third"):
    return await void_invoice(
        company_id=COMPANY, invoice_id=invoice_id, books=office.books, clock=office.clock
    )


def totals(office):
    return [invoice.total_cents for invoice in office.bill.invoices]
