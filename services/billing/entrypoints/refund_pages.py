"""Pages: a payment or a surplus is given back."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.billing.domain.bill import Bill
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.refusals import PaymentNotFoundError
from services.billing.domain.surplus import surplus_refunds
from services.billing.entrypoints.frame import Refunder, brand_of, by_htmx
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.payments_shown import PAGE
from services.billing.usecases.refund_payment import RefundPayment, refund_payment
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.events import PAYMENTS_CHANGED, trigger
from shared.webapp import page

router = APIRouter(include_in_schema=False)
REFUNDS = "/staff/billing/payments/{payment_id}/refunds"
SURPLUS_REASON = "More was paid than the invoice costs now"


@router.get(REFUNDS)
async def refund_form(
    request: Request, payment_id: str, staff: Refunder, parts: UsedParts
) -> Response:
    """How much, and what happens to the invoice."""
    bill = await parts.lists.bill_of_payment(staff.company_id, payment_id)
    return await _form(request, parts, bill, payment_id, Form({"effect": "credit"}))


@router.post(REFUNDS)
async def refund(request: Request, payment_id: str, staff: Refunder, parts: UsedParts) -> Response:
    """Give a payment back."""
    bill = await parts.lists.bill_of_payment(staff.company_id, payment_id)
    form = Form.posted((await request.form()).multi_items())
    asked = _refunding(form, bill, payment_id, staff)
    if asked is None:
        return await _form(request, parts, bill, payment_id, form)
    try:
        done = await refund_payment(
            asked, books=parts.books, gateway=parts.gateway, clock=parts.clock, new_id=parts.new_id
        )
    except RefusalError as refusal:
        form.refuse("refund_amount", refusal.detail)
        return await _form(request, parts, bill, payment_id, form)
    return _after(request, bill.inspection_id, [done])


@router.post("/staff/billing/invoices/{invoice_id}/surplus")
async def refund_surplus(
    request: Request, invoice_id: str, staff: Refunder, parts: UsedParts
) -> Response:
    """One press: what was paid beyond the invoice goes back, the newest payment first.

    The key is made from what was refunded before, so two presses at once are one refund.
    """
    bill = await parts.lists.bill_of_invoice(staff.company_id, invoice_id)
    invoice = bill.invoice(invoice_id)
    known = await parts.lists.refunds(staff.company_id, bill.inspection_id)
    done: list[Refund] = []
    for payment_id, cents in surplus_refunds(invoice):
        before = sum(refund.payment_id == payment_id for refund in known)
        asked = RefundPayment(
            company_id=staff.company_id,
            payment_id=payment_id,
            amount_cents=cents,
            with_credit=True,
            reason=SURPLUS_REASON,
            requested_by=staff.name,
            request_key=id_from("surplus", staff.company_id, f"{payment_id}:{before}:{cents}"),
            surplus_only=True,
        )
        done.append(
            await refund_payment(
                asked,
                books=parts.books,
                gateway=parts.gateway,
                clock=parts.clock,
                new_id=parts.new_id,
            )
        )
    return _after(request, bill.inspection_id, done)


def _refunding(form: Form, bill: Bill, payment_id: str, staff: Staff) -> RefundPayment | None:
    if bill.invoice_paid_by(payment_id) is None:
        raise PaymentNotFoundError
    currency = bill.booking.currency
    cents = form.cents("refund_amount", "Enter the amount to refund", currency=currency)
    reason = form.text("reason", "Say why; only the office reads it")
    if cents is None or not form.ok:
        return None
    return RefundPayment(
        company_id=staff.company_id,
        payment_id=payment_id,
        amount_cents=cents,
        with_credit=form.value("effect") == "credit",
        reason=reason,
        requested_by=staff.name,
        request_key=id_from("refund", staff.company_id, form.value("idempotency_key")),
    )


def _after(request: Request, inspection_id: str, done: list[Refund]) -> Response:
    states = {refund.state for refund in done}
    if RefundState.FAILED in states:
        outcome, words = "refund-failed", "The refund did not go through; nothing was given back"
    elif RefundState.PENDING in states:
        outcome, words = "refunding", "Refund on its way"
    else:
        outcome, words = "refunded", "Refunded"
    if not by_htmx(request):
        return RedirectResponse(f"{PAGE.format(inspection_id=inspection_id)}?done={outcome}", 303)
    answer = page(request, "said.html", words=words)
    answer.headers.update(trigger(PAYMENTS_CHANGED))
    return answer


async def _form(
    request: Request, parts: Parts, bill: Bill, payment_id: str, form: Form
) -> Response:
    invoice = bill.invoice_paid_by(payment_id)
    payment = invoice.payment(payment_id) if invoice else None
    if invoice is None or payment is None:
        raise PaymentNotFoundError
    company = await parts.lists.company(bill.company_id)
    return page(
        request,
        "refund.html",
        422 if form.errors else 200,
        frame="invoice_drawer.html" if by_htmx(request) else "invoice_task.html",
        brand=brand_of(company),
        bill=bill,
        invoice=invoice,
        payment=payment,
        form=form,
        currency=bill.booking.currency,
        action=REFUNDS.format(payment_id=payment_id),
        back=PAGE.format(inspection_id=bill.inspection_id),
        key=form.value("idempotency_key") or uuid4().hex,
    )
