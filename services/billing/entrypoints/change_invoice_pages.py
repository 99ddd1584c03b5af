"""Pages: the drawers in which staff change a third party's invoice, or take it back."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.carving import free_lines, room_for
from services.billing.domain.changing import Change
from services.billing.domain.invoice import Invoice
from services.billing.domain.refusals import InvoiceNotFoundError
from services.billing.entrypoints.add_invoice_pages import people_of
from services.billing.entrypoints.frame import Biller, brand_of, by_htmx, today_of
from services.billing.entrypoints.invoice_form import (
    KINDS,
    form_of,
    noted,
    percent_maximum,
    rows_of,
    said,
    waits_for_publish,
    wish_of,
)
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.split_shown import effect_of
from services.billing.usecases.change_invoice import ChangeInvoice, change_invoice, current_id
from services.billing.usecases.preview_invoice import Preview, preview_invoice
from services.billing.usecases.void_invoice import void_invoice
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
INVOICE = "/staff/billing/invoices/{invoice_id}"
CHANGED = "As changed"


@router.get(f"{INVOICE}/change")
async def change_form(
    request: Request, invoice_id: str, staff: Biller, parts: UsedParts
) -> HTMLResponse:
    """The invoice as it is, in the same drawer as a new one."""
    bill, invoice = await _third_party(parts, staff, invoice_id)
    return await _form(request, parts, bill, invoice, form_of(invoice, bill.booking.currency))


@router.post(f"{INVOICE}/effect")
async def effect(
    request: Request, invoice_id: str, staff: Biller, parts: UsedParts
) -> HTMLResponse:
    """What the change as it stands would do; nothing is written."""
    bill, invoice = await _third_party(parts, staff, invoice_id)
    form = Form.posted((await request.form()).multi_items())
    today = today_of(await parts.lists.company(staff.company_id), parts.clock())
    return page(
        request,
        "invoice_effect.html",
        effect=effect_of(await _preview(parts, bill, invoice, form), today, CHANGED),
        said=said,
        currency=bill.booking.currency,
    )


@router.post(f"{INVOICE}/change")
async def change(request: Request, invoice_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Save it; nothing is mailed. Another payer gets an invoice of his own."""
    bill, invoice = await _third_party(parts, staff, invoice_id)
    form = Form.posted((await request.form()).multi_items())
    command = _command(form, bill, invoice)
    if form.value("then") == "look":
        return await _form(request, parts, bill, invoice, Form(form.typed))
    if not form.ok:
        return await _form(request, parts, bill, invoice, form)
    try:
        after = await change_invoice(command, books=parts.books, clock=parts.clock)
    except RefusalError as refusal:
        noted(form, refusal)
        return await _form(request, parts, bill, invoice, form)
    place = INVOICE.format(invoice_id=current_id(after, command))
    return _gone_to(request, f"{place}?done=changed")


@router.get(f"{INVOICE}/void")
async def void_form(
    request: Request, invoice_id: str, staff: Biller, parts: UsedParts
) -> HTMLResponse:
    """What taking the invoice back means, before it is done."""
    bill, invoice = await _third_party(parts, staff, invoice_id)
    return await _void_form(request, parts, bill, invoice, Form())


@router.post(f"{INVOICE}/void")
async def void(request: Request, invoice_id: str, staff: Biller, parts: UsedParts) -> Response:
    """The client's invoice takes its part again."""
    bill, invoice = await _third_party(parts, staff, invoice_id)
    form = Form.posted((await request.form()).multi_items())
    try:
        await void_invoice(
            company_id=staff.company_id, invoice_id=invoice_id, books=parts.books, clock=parts.clock
        )
    except RefusalError as refusal:
        form.refuse("void", refusal.detail)
        return await _void_form(request, parts, bill, invoice, form)
    return _gone_to(request, f"{INVOICE.format(invoice_id=invoice_id)}?done=void")


def _gone_to(request: Request, path: str) -> Response:
    if by_htmx(request):
        return HTMLResponse("", headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


async def _third_party(parts: Parts, staff: Staff, invoice_id: str) -> tuple[Bill, Invoice]:
    bill = await parts.lists.bill_of_invoice(staff.company_id, invoice_id)
    invoice = bill.invoice(invoice_id)
    if invoice is bill.client_invoice:
        raise InvoiceNotFoundError
    return bill, invoice


def _command(form: Form, bill: Bill, invoice: Invoice) -> ChangeInvoice:
    wish = wish_of(form, bill)
    contact = wish.contact_ids[0]
    wanted = Change(
        share=wish.share,
        contact_id=contact,
        due_on=wish.due_on,
        reference=wish.reference,
        collect_now=wish.collect_now if waits_for_publish(bill) else invoice.collect_now,
    )
    return ChangeInvoice(
        company_id=bill.company_id,
        invoice_id=invoice.invoice_id,
        change=wanted,
        replacement_id=id_from("invoice", bill.company_id, f"{invoice.invoice_id}:{contact}"),
    )


async def _preview(parts: Parts, bill: Bill, invoice: Invoice, form: Form) -> Preview:
    return await preview_invoice(
        _command(Form(form.typed), bill, invoice),
        books=parts.books,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    )


async def _form(
    request: Request, parts: Parts, bill: Bill, invoice: Invoice, form: Form
) -> HTMLResponse:
    company = await parts.lists.company(bill.company_id)
    room = room_for(bill, invoice)
    free = {line.line_id for line in free_lines(bill)}
    base = INVOICE.format(invoice_id=invoice.invoice_id)
    today = today_of(company, parts.clock(), bill.booking.time_zone)
    return page(
        request,
        "change_invoice.html",
        422 if form.errors else 200,
        frame="invoice_drawer.html" if by_htmx(request) else "invoice_task.html",
        brand=brand_of(company),
        bill=bill,
        invoice=invoice,
        form=form,
        people=people_of(bill),
        rows=rows_of(bill, free, invoice.line_ids),
        kinds=KINDS,
        room=room,
        percent_maximum=percent_maximum(bill, room.maximum_cents),
        currency=bill.booking.currency,
        waits=waits_for_publish(bill),
        effect=effect_of(await _preview(parts, bill, invoice, form), today, CHANGED),
        said=said,
        action=f"{base}/change",
        effect_url=f"{base}/effect",
        back=base,
        key=form.value("idempotency_key") or uuid4().hex,
    )


async def _void_form(
    request: Request, parts: Parts, bill: Bill, invoice: Invoice, form: Form
) -> HTMLResponse:
    company = await parts.lists.company(bill.company_id)
    base = INVOICE.format(invoice_id=invoice.invoice_id)
    client = bill.client_invoice
    return page(
        request,
        "void_invoice.html",
        422 if form.errors else 200,
        frame="invoice_drawer.html" if by_htmx(request) else "invoice_task.html",
        brand=brand_of(company),
        bill=bill,
        invoice=invoice,
        client=client,
        after_cents=client.balance_cents + invoice.balance_cents,
        form=form,
        currency=bill.booking.currency,
        action=f"{base}/void",
        back=base,
        key=uuid4().hex,
    )
