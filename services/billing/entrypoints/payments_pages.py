"""The Payments box of an inspection, and its page Fees & Payments."""

from datetime import date, datetime, time
from uuid import uuid4
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Method
from services.billing.domain.refusals import BillNotFoundError
from services.billing.entrypoints.documents import invoice_pdf, receipt_pdf
from services.billing.entrypoints.frame import Biller, Reader, brand_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.payments_shown import (
    ACTIVITY,
    METHODS,
    PAGE,
    box_shown,
    page_shown,
)
from services.billing.usecases.cancel_deferral import cancel_deferral
from services.billing.usecases.record_manual_payment import (
    RecordManualPayment,
    record_manual_payment,
)
from shared.identity import Staff
from shared.money import money
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.events import PAYMENTS_CHANGED, trigger
from shared.webapp import page

router = APIRouter(include_in_schema=False)
BOX = "/billing/fragments/inspections/{inspection_id}/payments"
BALANCE = "/billing/fragments/inspections/{inspection_id}/balance"
_NOON = time(12)


@router.get(BOX)
async def payments_box(
    request: Request, inspection_id: str, staff: Reader, parts: UsedParts
) -> HTMLResponse:
    """The box on the inspection page."""
    try:
        bill = await parts.lists.bill(staff.company_id, inspection_id)
    except BillNotFoundError:
        return page(request, "payments_box_waiting.html", inspection_id=inspection_id)
    return page(request, "payments_box.html", **await box_shown(parts, staff, bill))


@router.get(BALANCE)
async def balance(
    request: Request, inspection_id: str, staff: Reader, parts: UsedParts
) -> HTMLResponse:
    """The balance alone, for the page while it is open."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    return page(request, "payments_balance.html", bill=bill, currency=bill.booking.currency)


@router.get("/billing/fragments/inspections/{inspection_id}/fees")
async def fees(
    request: Request, inspection_id: str, staff: Reader, parts: UsedParts
) -> HTMLResponse:
    """What the inspection costs, for the page while it is open."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    return page(request, "fees.html", **await box_shown(parts, staff, bill))


@router.get(ACTIVITY)
async def activity(
    request: Request, inspection_id: str, staff: Reader, parts: UsedParts
) -> HTMLResponse:
    """What changes on the page while it is open."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    return page(request, "payment_activity.html", **await page_shown(parts, staff, bill))


@router.get(PAGE)
async def payments_page(
    request: Request, inspection_id: str, staff: Reader, parts: UsedParts
) -> Response:
    """Fees & Payments, grouped by payer."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    return await _page(request, parts, staff, bill)


@router.post(PAGE)
async def record(request: Request, inspection_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Record money received by hand."""
    bill = await parts.lists.bill(staff.company_id, inspection_id)
    form = Form.posted((await request.form()).multi_items())
    command = _recording(form, bill, staff, parts.clock())
    if command is None:
        return await _page(request, parts, staff, bill, form=form, status=422)
    try:
        await record_manual_payment(
            command, books=parts.books, gateway=parts.gateway, clock=parts.clock
        )
    except RefusalError as refusal:
        form.refuse("amount", refusal.detail)
        bill = await parts.lists.bill(staff.company_id, inspection_id)
        return await _page(request, parts, staff, bill, form=form, status=422)
    return _back(inspection_id)


@router.post("/staff/billing/invoices/{invoice_id}/deferral/cancel")
async def take_back_deferral(
    request: Request, invoice_id: str, staff: Biller, parts: UsedParts
) -> Response:
    """The client may not pay at closing after all."""
    bill = await cancel_deferral(
        company_id=staff.company_id, invoice_id=invoice_id, books=parts.books, clock=parts.clock
    )
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers=trigger(PAYMENTS_CHANGED))
    return _back(bill.inspection_id)


@router.get("/staff/billing/invoices/{invoice_id}/document")
async def document(invoice_id: str, staff: Reader, parts: UsedParts) -> Response:
    """The invoice as PDF."""
    return await invoice_pdf(parts, staff.company_id, invoice_id)


@router.get("/staff/billing/payments/{payment_id}/receipt")
async def receipt(payment_id: str, staff: Reader, parts: UsedParts) -> Response:
    """The receipt as PDF."""
    return await receipt_pdf(parts, staff.company_id, payment_id)


async def _page(
    request: Request,
    parts: Parts,
    staff: Staff,
    bill: Bill,
    *,
    form: Form | None = None,
    status: int = 200,
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    payable = [i for i in bill.invoices if i.balance_cents]
    return page(
        request,
        "payments_page.html",
        status,
        **await page_shown(parts, staff, bill),
        brand=brand_of(company),
        form=form,
        methods=METHODS,
        payable=payable,
        most=_most(payable, bill.booking.currency),
        idempotency_key=uuid4().hex,
        flash=request.query_params.get("done", ""),
    )


def _most(payable: list[Invoice], currency: str) -> str:
    """The most that each can take: `Up to $475.00 on HP-3107, $150.00 on HP-3107-1`."""
    if len(payable) == 1:
        return f"Up to {money(payable[0].balance_cents, currency)} is due."
    each = (f"{money(i.balance_cents, currency)} on {i.number}" for i in payable)
    return f"Up to {', '.join(each)}."


def _recording(form: Form, bill: Bill, staff: Staff, now: datetime) -> RecordManualPayment | None:
    currency = bill.booking.currency
    invoice = next((i for i in bill.invoices if i.invoice_id == form.value("invoice")), None)
    if invoice is None:
        form.refuse("invoice", "Choose the invoice that was paid")
    method = form.value("method")
    if method not in dict(METHODS):
        form.refuse("method", "Choose how it was paid")
    cents = form.cents("amount", "Enter the amount you received", currency=currency)
    day = form.day("received_on", "Enter the day you received it")
    reference = form.text("reference", length_max=60)
    note = form.text("note")
    client_note = form.text("client_note")
    if invoice is None or cents is None or day is None or not form.ok:
        return None
    return RecordManualPayment(
        company_id=staff.company_id,
        invoice_id=invoice.invoice_id,
        payment_id=id_from("hand", staff.company_id, form.value("idempotency_key")),
        amount_cents=cents,
        method=Method(method),
        reference=reference,
        received_at=_received_at(day, bill.booking.time_zone, now),
        note=note,
        client_note=client_note,
        recorded_by=staff.name,
    )


def _received_at(day: date, zone: str, now: datetime) -> datetime:
    """Today means now; another day means its noon."""
    if day == now.astimezone(ZoneInfo(zone)).date():
        return now
    return datetime.combine(day, _NOON, ZoneInfo(zone)).astimezone(now.tzinfo)


def _back(inspection_id: str, done: str = "saved") -> Response:
    return RedirectResponse(f"{PAGE.format(inspection_id=inspection_id)}?done={done}", 303)
