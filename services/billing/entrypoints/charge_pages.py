"""Invoices to Charge: what waits, a dry run of what was ticked, and the start (R84, R85, C24)."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.account_refusals import ChargeRunNotFoundError
from services.billing.entrypoints.api_reports import refuse_inspectors
from services.billing.entrypoints.charge_shown import METHODS, Plan, not_waiting, plan_of
from services.billing.entrypoints.frame import Biller, Reader, brand_of, today_of
from services.billing.entrypoints.once import id_from
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.usecases.start_charge_run import StartChargeRun, start_charge_run
from shared.identity import Permission, Staff
from shared.money import money
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import plural
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/charge"
RUN = PAGE + "/runs/{run_id}"
PAGE_SIZE = 50
_RUNS_SHOWN = 10
_KEY_MAX = 100
Offset = Annotated[int, Query(ge=0, le=100_000)]


@router.get(PAGE)
async def to_charge(
    request: Request, staff: Reader, parts: UsedParts, after: Offset = 0
) -> HTMLResponse:
    """The filter `Invoices to Charge`, oldest first; nothing is charged by looking."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    every, plan = await _plans(form, staff, parts)
    shown = plan.rows[after : after + PAGE_SIZE]
    more = len(plan.rows) > after + PAGE_SIZE
    account = form.value("account")
    return page(
        request,
        "charge.html",
        200 if form.ok else 422,
        brand=brand_of(company),
        form=form,
        plan=plan,
        shown=shown,
        accounts=sorted({(one.row.account_id, one.row.account_name) for one in every.rows}),
        methods=METHODS,
        filtered=any(form.value(name) for name in ("account", "due_by", "method")),
        others=await _others(parts, staff, every, account) if account else [],
        runs=await parts.lists.runs(staff.company_id, _RUNS_SHOWN),
        today=today_of(company, parts.clock()),
        zone=company.time_zone if company else "UTC",
        currency=company.currency if company else "USD",
        autopay_on=settings.portal.autopay,
        by_itself=settings.portal.autopay and settings.portal.autopay_on_due_date,
        takes_money=settings.takes_money(company, own_accounts=parts.own_accounts),
        may_bill=staff.may(Permission.BILL),
        first_url=_url(form, PAGE) if after else "",
        next_url=_url(form, PAGE, after=str(after + PAGE_SIZE)) if more else "",
        review_url=f"{PAGE}/review",
    )


@router.get(f"{PAGE}/review")
async def review(request: Request, staff: Biller, parts: UsedParts) -> Response:
    """What would be charged on what, what is left out and why; still nothing is charged."""
    form = Form.posted(request.query_params.multi_items())
    plan = await _chosen(form, staff, parts)
    if not plan.rows:
        return RedirectResponse(_url(form, PAGE), 303)
    return await _review(request, staff, parts, form, plan)


@router.post(f"{PAGE}/runs")
async def start(request: Request, staff: Biller, parts: UsedParts) -> Response:
    """Begin the run that was confirmed, once; another sum than the shown one is asked again."""
    form = Form.posted((await request.form()).multi_items())
    key = form.value("idempotency_key")[:_KEY_MAX]
    run_id = id_from("run", staff.company_id, key)
    if key and await _known(parts, staff.company_id, run_id):
        return RedirectResponse(RUN.format(run_id=run_id), 303)
    plan = await _chosen(form, staff, parts)
    if not key or form.value("total_cents") != str(plan.total_cents) or not plan.charged:
        form.refuse("total_cents", _changed(plan))
        return await _review(request, staff, parts, form, plan)
    command = StartChargeRun(
        company_id=staff.company_id,
        run_id=run_id,
        invoice_ids=tuple(one.row.invoice_id for one in plan.charged),
        started_by=staff.name,
    )
    try:
        run = await start_charge_run(command, books=parts.books, clock=parts.clock)
    except RefusalError as refusal:
        form.refuse("total_cents", refusal.detail)
        return await _review(request, staff, parts, form, plan)
    parts.runs_bell.ring()
    return RedirectResponse(RUN.format(run_id=run.run_id), 303)


async def _known(parts: Parts, company_id: str, run_id: str) -> bool:
    try:
        await parts.lists.run(company_id, run_id)
    except ChargeRunNotFoundError:
        return False
    return True


async def _plans(form: Form, staff: Staff, parts: Parts) -> tuple[Plan, Plan]:
    """Everything that waits by that day, and the part the other filters leave."""
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    due_by = form.day("due_by")
    every = await plan_of(parts, staff.company_id, company, settings, due_by=due_by)
    kind = form.value("method") if form.value("method") in dict(METHODS) else ""
    return every, every.filtered(account_id=form.value("account"), kind=kind)


async def _chosen(form: Form, staff: Staff, parts: Parts) -> Plan:
    """What was ticked, or all that the filters show."""
    _, plan = await _plans(form, staff, parts)
    return plan if form.value("scope") == "all" else plan.only(form.values("invoice"))


async def _others(
    parts: Parts, staff: Staff, every: Plan, account_id: str
) -> list[tuple[object, str]]:
    """The account's open invoices that do not wait to be charged, each with its reason."""
    waiting = {one.row.invoice_id for one in every.rows}
    autopay = await parts.lists.autopay(staff.company_id, account_id)
    rows = await parts.lists.open_rows(staff.company_id, account_id)
    left = [row for row in rows if row.invoice_id not in waiting]
    return [(row, not_waiting(row, autopay)) for row in left[:PAGE_SIZE]]


async def _review(
    request: Request,
    staff: Staff,
    parts: Parts,
    form: Form,
    plan: Plan,
) -> HTMLResponse:
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    return page(
        request,
        "charge_review.html",
        200 if form.ok else 422,
        brand=brand_of(company),
        form=form,
        plan=plan,
        shown=plan.charged[: 2 * PAGE_SIZE],
        currency=company.currency if company else "USD",
        takes_money=settings.takes_money(company, own_accounts=parts.own_accounts),
        key=uuid4().hex,
        back_url=_url(form, PAGE),
    )


def _changed(plan: Plan) -> str:
    if not plan.charged:
        return "None of these invoices waits to be charged any more. Nothing was charged"
    currency = plan.charged[0].row.currency
    amount, count = money(plan.total_cents, currency), plural(len(plan.charged), "invoice")
    return f"The sum has changed: it is now {amount} for {count}. Nothing was charged"


def _url(form: Form, path: str, **changes: str) -> str:
    given = {name: form.value(name) for name in ("account", "due_by", "method")} | changes
    words = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{words}" if words else path
