"""Pages: the drawer in which staff add an invoice for a third party (R37-R41)."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.carving import free_lines, room_for
from services.billing.domain.invoice import Payer
from services.billing.entrypoints.frame import Biller, brand_of, by_htmx, today_of
from services.billing.entrypoints.invoice_form import (
    KINDS,
    noted,
    percent_maximum,
    rows_of,
    said,
    waits_for_publish,
    wish_of,
)
from services.billing.entrypoints.obstacles import obstacle_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.split_shown import effect_of
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.preview_invoice import Preview, preview_invoice
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.events import EMAILS_CHANGED, PAYMENTS_CHANGED, trigger
from shared.webapp import page

router = APIRouter(include_in_schema=False)
NEW = "/staff/billing/inspections/{inspection_id}/invoices/new"
EFFECT = "/staff/billing/inspections/{inspection_id}/invoices/effect"
INVOICE = "/staff/billing/invoices/{invoice_id}"


@router.get(NEW)
async def new(request: Request, inspection_id: str, staff: Biller, parts: UsedParts) -> Response:
    """The empty form, with what may be invoiced and the most it may be."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    first = {
        "kind": "services" if free_lines(bill) else "fixed",
        "due_on": bill.booking.starts_on.isoformat(),
    }
    return await _form(request, parts, staff, bill, Form(first))


@router.post(EFFECT)
async def effect(
    request: Request, inspection_id: str, staff: Biller, parts: UsedParts
) -> HTMLResponse:
    """What the form as it stands would do, while it is filled in; nothing is written."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    form = Form.posted((await request.form()).multi_items())
    preview = await _preview(parts, bill, form)
    today = today_of(await parts.lists.company(staff.company_id), parts.clock())
    return page(
        request,
        "invoice_effect.html",
        effect=effect_of(preview, today),
        said=said,
        currency=bill.booking.currency,
    )


@router.post(NEW)
async def add(request: Request, inspection_id: str, staff: Biller, parts: UsedParts) -> Response:
    """`Save` mails nothing; `Save and Send` mails the company's own text at once (C12)."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    form = Form.posted((await request.form()).multi_items())
    if form.value("then") == "look":
        return await _form(request, parts, staff, bill, form)
    command = _command(form, bill, staff)
    if not form.ok:
        return await _form(request, parts, staff, bill, form)
    try:
        bill = await add_invoice(
            command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
        )
    except RefusalError as refusal:
        noted(form, refusal)
        bill = await parts.lists.bill(staff.company_id, inspection_id)
        return await _form(request, parts, staff, bill, form)
    return _added(request, bill, command)


def _command(form: Form, bill: Bill, staff: Staff) -> AddInvoice:
    wish = wish_of(form, bill)
    return AddInvoice(
        company_id=bill.company_id,
        inspection_id=bill.inspection_id,
        invoice_id=id_from("invoice", staff.company_id, form.value("idempotency_key")),
        contact_ids=wish.contact_ids,
        share=wish.share,
        due_on=wish.due_on,
        reference=wish.reference,
        collect_now=wish.collect_now and waits_for_publish(bill),
        sent_by=staff.name if form.value("then") == "send" else None,
    )


def _added(request: Request, bill: Bill, command: AddInvoice) -> Response:
    sent = command.sent_by is not None
    if not by_htmx(request):
        place = INVOICE.format(invoice_id=command.invoice_id)
        return RedirectResponse(f"{place}?done={'sent' if sent else 'saved'}", 303)
    invoices = [bill.invoice(invoice_id) for invoice_id in command.invoice_ids]
    names = " and ".join(invoice.payer.name for invoice in invoices)
    words = f"Sent to {names}" if sent else f"Saved for {names}; nothing is mailed yet"
    answer = page(request, "said.html", words=words)
    answer.headers.update(trigger(PAYMENTS_CHANGED, EMAILS_CHANGED))
    return answer


async def _preview(parts: Parts, bill: Bill, form: Form) -> Preview:
    """Of the form as it stands; its own errors are not this fragment's to tell."""
    seen = wish_of(form, bill)
    command = AddInvoice(
        company_id=bill.company_id,
        inspection_id=bill.inspection_id,
        invoice_id="preview",
        contact_ids=seen.contact_ids,
        share=seen.share,
    )
    return await preview_invoice(
        command, books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts
    )


async def _form(
    request: Request, parts: Parts, staff: Staff, bill: Bill, form: Form
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    obstacle = await obstacle_of(parts, bill, company)
    status = 422 if form.errors else 200
    if obstacle:  # it has no field to stand beside: there is no form
        form = Form(form.typed)
    room = room_for(bill)
    preview = await _preview(parts, bill, Form(form.typed))
    return page(
        request,
        "add_invoice.html",
        status,
        frame="invoice_drawer.html" if by_htmx(request) else "invoice_task.html",
        brand=brand_of(company),
        trial=company is not None and company.trial,
        bill=bill,
        form=form,
        obstacle=obstacle,
        people=people_of(bill),
        rows=rows_of(bill, {line.line_id for line in free_lines(bill)}),
        kinds=KINDS,
        room=room,
        percent_maximum=percent_maximum(bill, room.maximum_cents),
        currency=bill.booking.currency,
        waits=waits_for_publish(bill),
        effect=effect_of(preview, today_of(company, parts.clock(), bill.booking.time_zone)),
        said=said,
        action=NEW.format(inspection_id=bill.inspection_id),
        effect_url=EFFECT.format(inspection_id=bill.inspection_id),
        back=f"/staff/scheduling/inspections/{bill.inspection_id}",
        key=form.value("idempotency_key") or uuid4().hex,
    )


def people_of(bill: Bill) -> list[tuple[str, str]]:
    """Whom one may invoice: everybody in People but the client, whose invoice is the rest (R39)."""
    return [
        (person.payer.contact_id, _named(person.payer))
        for person in bill.booking.people
        if person.payer.contact_id != bill.client_invoice.payer.contact_id
    ]


def _named(payer: Payer) -> str:
    """Who cannot be mailed is known before anybody presses `Save and Send`."""
    return f"{payer.name}, {payer.role_label}" + ("" if payer.email else " (no email address)")
