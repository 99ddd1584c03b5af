"""Papers of an account, passed on while they arrive: invoices, orders, receipts, statement."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response, StreamingResponse

from services.portal.domain.refusals import UnknownAccountError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.documents import streamed
from shared.ui import Form

router = APIRouter(prefix="/account", include_in_schema=False)
Identity = Annotated[str, Path(max_length=64)]


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
    return await _statement_page(request, visit, Form())


@router.get("/statement.{kind}")
async def statement(request: Request, visit: AccountVisit, kind: Literal["pdf", "csv"]) -> Response:
    """The statement with aging, made by billing; days that are none are asked for again."""
    form = Form.posted(request.query_params.multi_items())
    since, until = form.day("from"), form.day("to")
    if since and since > min(until or visit.today, visit.today):
        form.refuse("from", "Choose a first day that is not after the last")
    if not form.ok:
        return await _statement_page(request, visit, form)
    files, of = visit.wiring.customers.files, visit.customer.of
    name = _statement_name(visit, kind)
    return await streamed(files.statement(of, kind, since, until, name=name))


async def _statement_page(request: Request, visit: Visit, form: Form) -> HTMLResponse:
    totals = await visit.wiring.customers.accounts.open_totals(visit.customer.of, visit.today)
    return account_page(
        request,
        visit,
        "statement.html",
        "statement",
        200 if form.ok else 422,
        form=form,
        totals=totals,
        with_moves=visit.customer.terms.billing_history,
    )


def _statement_name(visit: Visit, kind: str) -> str:
    return f"Statement {visit.customer.account.account.name} {visit.today.isoformat()}.{kind}"
