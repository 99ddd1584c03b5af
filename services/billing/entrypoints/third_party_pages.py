"""Pages: one third party's invoice: how it stands, its mail as the payer will see it, its link."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice
from services.billing.domain.refusals import InvoiceNotFoundError
from services.billing.entrypoints.frame import Biller, Reader, brand_of, today_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.split_shown import parts_of_bill
from services.billing.entrypoints.words import invoice_word
from services.billing.usecases.copy_link import copy_link
from services.billing.usecases.send_invoice import SendInvoice, send_invoice
from shared.identity import Permission, Staff
from shared.money import money
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(include_in_schema=False)
INVOICE = "/staff/billing/invoices/{invoice_id}"
BUTTON = "{{ sign_and_pay }}"
"""Where notifications draws the payment button; the link itself is nowhere in the text (R32)."""


@router.get(INVOICE)
async def show(request: Request, invoice_id: str, staff: Reader, parts: UsedParts) -> HTMLResponse:
    """One invoice: what it is for, how it stands, and its mail before it goes out."""
    bill = await parts.lists.bill_of_invoice(staff.company_id, invoice_id)
    return await _invoice(request, parts, staff, bill, invoice_id)


@router.post(f"{INVOICE}/send")
async def send(request: Request, invoice_id: str, staff: Biller, parts: UsedParts) -> Response:
    """`Send now`: to this payer and to nobody else (R42)."""
    bill = await parts.lists.bill_of_invoice(staff.company_id, invoice_id)
    form = Form.posted((await request.form()).multi_items())
    subject = form.text("subject", "Enter a subject", length_max=200)
    body = form.text("body", "Enter the message", length_max=20_000)
    if not form.ok:
        return await _invoice(request, parts, staff, bill, invoice_id, form=form, status=422)
    command = SendInvoice(
        company_id=staff.company_id,
        invoice_id=invoice_id,
        send_id=id_from("send", staff.company_id, form.value("idempotency_key")),
        subject=subject,
        body=body,
        requested_by=staff.name,
    )
    try:
        await send_invoice(command, books=parts.books, clock=parts.clock)
    except RefusalError as refusal:
        form.refuse("body", refusal.detail)
        return await _invoice(request, parts, staff, bill, invoice_id, form=form, status=422)
    return RedirectResponse(f"{INVOICE.format(invoice_id=invoice_id)}?done=sent", 303)


@router.post(f"{INVOICE}/link")
async def link(request: Request, invoice_id: str, staff: Biller, parts: UsedParts) -> HTMLResponse:
    """`Copy link`: the link is on this answer's page only (R28)."""
    bill = await parts.lists.bill_of_invoice(staff.company_id, invoice_id)
    url = await copy_link(bill, invoice_id, links=parts.links)
    return await _invoice(request, parts, staff, bill, invoice_id, url=url)


def _letter(bill: Bill, invoice: Invoice, company_name: str) -> Form:
    """The mail to begin with until notifications has given the company's own words (R41)."""
    booking = bill.booking
    named = [line.name for line in booking.lines if line.line_id in invoice.line_ids]
    amount = money(invoice.balance_cents, booking.currency)
    purpose = ", ".join(named) or "your part of the inspection"
    place = f"{booking.street}, {booking.place}".strip(" ,")
    text = f"This is your invoice of {amount} for {purpose} at {place}."
    body = f"Hello {invoice.payer.name},\n\n{text}\n\n{BUTTON}"
    return Form({"subject": f"Invoice {invoice.number} from {company_name}", "body": body})


async def _invoice(
    request: Request,
    parts: Parts,
    staff: Staff,
    bill: Bill,
    invoice_id: str,
    *,
    form: Form | None = None,
    status: int = 200,
    url: str = "",
) -> HTMLResponse:
    company = await parts.lists.company(bill.company_id)
    invoice = bill.invoice(invoice_id)
    if invoice is bill.client_invoice:
        raise InvoiceNotFoundError
    today = today_of(company, parts.clock(), bill.booking.time_zone)
    return page(
        request,
        "third_party_invoice.html",
        status,
        brand=brand_of(company),
        trial=company is not None and company.trial,
        bill=bill,
        invoice=invoice,
        lines=[line for line in bill.booking.lines if line.line_id in invoice.line_ids],
        split=parts_of_bill(bill, today),
        word=invoice_word(bill, invoice, today),
        currency=bill.booking.currency,
        base=INVOICE.format(invoice_id=invoice_id),
        letter_path=f"inspections/{bill.inspection_id}/invoices/{invoice_id}",
        may_bill=staff.may(Permission.BILL),
        begins=form is None,
        form=form or _letter(bill, invoice, company.name if company else ""),
        link_url=url,
        done=request.query_params.get("done", ""),
        key=form.value("idempotency_key") if form else uuid4().hex,
    )
