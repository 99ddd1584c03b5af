"""Papers of an account, passed on while they arrive: invoices, orders, receipts, statement."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, StreamingResponse

from services.portal.domain.refusals import UnknownAccountError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.documents import streamed

router = APIRouter(prefix="/account", include_in_schema=False)
Identity = Annotated[str, Path(max_length=64)]
Since = Annotated[date | None, Query(alias="from")]
Until = Annotated[date | None, Query(alias="to")]


@router.get("/invoices/{invoice_id}.pdf")
async def invoice(visit: AccountVisit, invoice_id: Identity) -> StreamingResponse:
    """One invoice of this account; anybody else's is unknown."""
    ports, of = visit.wiring.customers, visit.customer.of
    found = next(iter(await ports.accounts.invoices(of, [invoice_id])), None)
    if found is None:
        raise UnknownAccountError
    name = f"Invoice {found.number}.pdf"
    return await streamed(ports.files.invoice(of.company_id, invoice_id, name))


@router.get("/orders/{order_id}.pdf")
async def order(visit: AccountVisit, order_id: Identity) -> StreamingResponse:
    """The parent invoice: it lists the sites' invoices (C19)."""
    ports, of = visit.wiring.customers, visit.customer.of
    number = await ports.accounts.order_known(of, order_id)
    if number is None:
        raise UnknownAccountError
    return await streamed(ports.files.order(of.company_id, order_id, f"Invoice {number}.pdf"))


@router.get("/receipts/{entry_id}.pdf")
async def receipt(visit: AccountVisit, entry_id: Identity) -> StreamingResponse:
    """The receipt of one payment of this account."""
    ports, of = visit.wiring.customers, visit.customer.of
    payment = await ports.accounts.payment(of, entry_id)
    if payment is None or not payment.receipt_number:
        raise UnknownAccountError
    name = f"Receipt {payment.receipt_number}.pdf"
    if payment.account_payment_id is None:
        return await streamed(ports.files.receipt(of.company_id, entry_id, name))
    return await streamed(ports.files.account_receipt(of.company_id, entry_id, name))


@router.get("/statement")
async def statement_page(request: Request, visit: AccountVisit) -> HTMLResponse:
    """Of which days, and as what."""
    totals = await visit.wiring.customers.accounts.open_totals(visit.customer.of, visit.today)
    return account_page(request, visit, "statement.html", "statement", totals=totals)


@router.get("/statement.{kind}")
async def statement(
    visit: AccountVisit, kind: Literal["pdf", "csv"], since: Since = None, until: Until = None
) -> StreamingResponse:
    """The statement with aging, made by billing."""
    files, of = visit.wiring.customers.files, visit.customer.of
    name = _statement_name(visit, kind)
    return await streamed(files.statement(of, kind, since, until, name=name))


def _statement_name(visit: Visit, kind: str) -> str:
    return f"Statement {visit.customer.account.account.name} {visit.today.isoformat()}.{kind}"
