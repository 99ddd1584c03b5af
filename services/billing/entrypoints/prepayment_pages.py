"""Prepayments: what customers paid in advance; staff apply it or give it back (R89, R90)."""

from dataclasses import dataclass
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.account_refusals import PrepaymentNotFoundError
from services.billing.domain.attempt import Attempt
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.statement import StatementRow
from services.billing.entrypoints.account_parts import Before
from services.billing.entrypoints.api_reports import refuse_inspectors
from services.billing.entrypoints.frame import Biller, Reader, Refunder, brand_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.refund_payment import RefundPayment, refund_payment
from shared.identity import Permission, Staff
from shared.money import money
from shared.problems import NotFoundError, RefusalError
from shared.ui import Form
from shared.ui.formats import money_input
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/prepayments"
ONE = PAGE + "/{prepayment_id}"
_KEY_MAX = 100
_INVOICES_SHOWN = 200
_LEFT_SHOWN = 1000
_SHOWN = 100
_SAID = {
    "applied": "Applied",
    "refunded": "Refunded",
    "refunding": "Refund on its way",
    "refund-failed": "The refund did not go through; nothing was given back",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One prepayment, and what was typed."""

    attempt: Attempt
    form: Form

    @property
    def key(self) -> str:
        """The request's own key."""
        return self.form.value("idempotency_key")[:_KEY_MAX]


@router.get(PAGE)
async def prepayments(
    request: Request,
    staff: Reader,
    parts: UsedParts,
    before: Before = "",
) -> HTMLResponse:
    """Those of which something is left come first; the others by time, behind `before`."""
    refuse_inspectors(staff)
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    left = await parts.lists.prepayments(staff.company_id, only_open=True, limit=_LEFT_SHOWN)
    found = await parts.lists.prepayments(staff.company_id, before=before, limit=_SHOWN + 1)
    used = [one for one in found[:_SHOWN] if not one.unapplied_cents and one.paid_at]
    rows = used if before else [*left, *used]
    return page(
        request,
        "prepayments.html",
        brand=brand_of(company),
        rows=[(one, await _name(parts, one)) for one in rows],
        left_cents=sum(one.unapplied_cents for one in left),
        left_count=len(left),
        newer=PAGE if before else "",
        older=f"{PAGE}?before={found[_SHOWN - 1].attempt_id}" if len(found) > _SHOWN else "",
        offered=settings.portal.prepayments,
        currency=company.currency if company else "USD",
        zone=company.time_zone if company else "UTC",
    )


@router.get(ONE)
async def prepayment(
    request: Request, prepayment_id: str, staff: Reader, parts: UsedParts
) -> HTMLResponse:
    """What is left of it, what it paid, and what could be done with it."""
    refuse_inspectors(staff)
    attempt = await _found(parts, staff, prepayment_id)
    return await _page(request, parts, staff, Asked(attempt=attempt, form=Form()))


@router.post(ONE + "/apply")
async def apply(request: Request, prepayment_id: str, staff: Biller, parts: UsedParts) -> Response:
    """Pay an invoice of the same account with it, whole or in part."""
    attempt = await _found(parts, staff, prepayment_id)
    form = Form.posted((await request.form()).multi_items())
    asked = Asked(attempt=attempt, form=form)
    invoice_id = form.text("invoice", "Choose the invoice to pay")
    cents = form.cents("amount", "Enter how much to apply", currency=attempt.currency)
    if not asked.key:
        form.refuse("amount", "Open the page again")
    if cents is None or not form.ok:
        return await _page(request, parts, staff, asked)
    command = ApplyPrepayment(
        company_id=staff.company_id,
        prepayment_id=prepayment_id,
        invoice_id=invoice_id,
        amount_cents=cents,
        applying_id=id_from("apply", staff.company_id, asked.key),
        applied_by=staff.name,
    )
    try:
        await apply_prepayment(command, books=parts.books, gateway=parts.gateway, clock=parts.clock)
    except NotFoundError:
        form.refuse("invoice", "Choose an open invoice of this customer")
        return await _page(request, parts, staff, asked)
    except RefusalError as refusal:
        form.refuse("amount", refusal.detail or refusal.title)
        return await _page(request, parts, staff, asked)
    return _back(prepayment_id, "applied")


@router.post(ONE + "/refund")
async def refund(
    request: Request, prepayment_id: str, staff: Refunder, parts: UsedParts
) -> Response:
    """Give back what was not applied, whole or in part."""
    attempt = await _found(parts, staff, prepayment_id)
    form = Form.posted((await request.form()).multi_items())
    asked = Asked(attempt=attempt, form=form)
    cents = form.cents("refund_amount", "Enter the amount to refund", currency=attempt.currency)
    reason = form.text("reason", "Say why; only the office reads it")
    if not asked.key:
        form.refuse("refund_amount", "Open the page again")
    if cents is None or not form.ok:
        return await _page(request, parts, staff, asked)
    command = RefundPayment(
        company_id=staff.company_id,
        payment_id=f"{prepayment_id}-0",
        amount_cents=cents,
        with_credit=False,
        reason=reason,
        requested_by=staff.name,
        request_key=id_from("refund", staff.company_id, asked.key),
    )
    try:
        done = await refund_payment(
            command,
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
            new_id=parts.new_id,
        )
    except RefusalError as refusal:
        form.refuse("refund_amount", refusal.detail or refusal.title)
        return await _page(request, parts, staff, asked)
    return _back(prepayment_id, _outcome(done))


def _outcome(done: Refund) -> str:
    if done.state is RefundState.FAILED:
        return "refund-failed"
    return "refunding" if done.state is RefundState.PENDING else "refunded"


async def _found(parts: Parts, staff: Staff, prepayment_id: str) -> Attempt:
    """Raises PrepaymentNotFoundError, also for a payment nothing of which is in advance."""
    try:
        attempt = await parts.lists.account_payment(staff.company_id, prepayment_id)
    except NotFoundError as error:
        raise PrepaymentNotFoundError from error
    if attempt.prepaid is None or attempt.paid_at is None:
        raise PrepaymentNotFoundError
    return attempt


async def _name(parts: Parts, attempt: Attempt) -> str:
    try:
        account = await parts.lists.account(attempt.company_id, attempt.account_id or "")
    except NotFoundError:
        return attempt.payer.name
    return account.name


async def _page(request: Request, parts: Parts, staff: Staff, asked: Asked) -> HTMLResponse:
    attempt = asked.attempt
    company = await parts.lists.company(staff.company_id)
    rows = await parts.lists.open_rows(staff.company_id, attempt.account_id or "")
    due = [row for row in rows if row.balance_cents and not row.processing_cents][:_INVOICES_SHOWN]
    return page(
        request,
        "prepayment.html",
        200 if asked.form.ok else 422,
        brand=brand_of(company),
        attempt=attempt,
        name=await _name(parts, attempt),
        form=asked.form,
        options=[(row.invoice_id, _words(row)) for row in due],
        suggested=_suggested(due, attempt),
        applied=[part for part in attempt.allocations if part.applied_at],
        paid_with=[part for part in attempt.allocations if part.applied_at is None],
        currency=attempt.currency,
        zone=company.time_zone if company else "UTC",
        key=asked.key or uuid4().hex,
        may_bill=staff.may(Permission.BILL),
        may_refund=staff.may(Permission.REFUND),
        said=_SAID.get(request.query_params.get("done", ""), ""),
        here=ONE.format(prepayment_id=attempt.attempt_id),
    )


def _words(row: StatementRow) -> str:
    site = f", {row.site_line}" if row.site_line else ""
    return f"{row.number}{site}, {money(row.balance_cents, row.currency)} due"


def _suggested(due: list[StatementRow], attempt: Attempt) -> str:
    """As much of it as the oldest invoice takes."""
    cents = min(due[0].balance_cents, attempt.unapplied_cents) if due else 0
    return money_input(cents, attempt.currency) if cents else ""


def _back(prepayment_id: str, done: str) -> Response:
    return RedirectResponse(f"{ONE.format(prepayment_id=prepayment_id)}?done={done}", 303)
