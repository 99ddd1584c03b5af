"""Invoices to Charge: what waits, a dry run of what was ticked, and the start (R84, R85, C24)."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.account_refusals import ChargeRunNotFoundError
from services.billing.domain.charge_run import MOST_IN_A_RUN
from services.billing.domain.statement import StatementRow
from services.billing.entrypoints.account_parts import Before
from services.billing.entrypoints.api_reports import refuse_inspectors
from services.billing.entrypoints.charge_plan import RunPlan, Wish
from services.billing.entrypoints.charge_shown import METHODS, Planner, not_waiting
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
    request: Request, staff: Reader, parts: UsedParts, after: Offset = 0, runs: Before = ""
) -> HTMLResponse:
    """The filter `Invoices to Charge`, oldest first; nothing is charged by looking."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    wish = _wish(form)
    planner = Planner(parts, staff.company_id, company, settings)
    plan = await planner.page(wish, skip=after, limit=PAGE_SIZE)
    more = plan.invoice_count > after + PAGE_SIZE
    found = await parts.lists.runs(staff.company_id, _RUNS_SHOWN + 1, before=runs)
    shown = found[:_RUNS_SHOWN]
    return page(
        request,
        "charge.html",
        200 if form.ok else 422,
        brand=brand_of(company),
        form=form,
        plan=plan,
        most=MOST_IN_A_RUN,
        accounts=list(plan.accounts),
        methods=METHODS,
        filtered=any(form.value(name) for name in ("account", "due_by", "method")),
        others=await _others(parts, staff, wish.account_id) if wish.account_id else [],
        runs=shown,
        newer_runs=f"{PAGE}#runs-h" if runs else "",
        older_runs=f"{PAGE}?runs={shown[-1].run_id}#runs-h" if len(found) > len(shown) else "",
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
    if not plan.invoice_count:
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
    if not key or form.value("total_cents") != str(plan.total_cents) or not plan.rows:
        form.refuse("total_cents", _changed(plan))
        return await _review(request, staff, parts, form, plan)
    command = StartChargeRun(
        company_id=staff.company_id,
        run_id=run_id,
        invoice_ids=tuple(one.row.invoice_id for one in plan.rows),
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


def _wish(form: Form, *, invoice_ids: list[str] | None = None) -> Wish:
    kind = form.value("method")
    return Wish(
        due_by=form.day("due_by"),
        account_id=form.value("account"),
        kind=kind if kind in dict(METHODS) else "",
        invoice_ids=invoice_ids,
    )


async def _chosen(form: Form, staff: Staff, parts: Parts) -> RunPlan:
    """What was ticked, or all that the filters show."""
    company = await parts.lists.company(staff.company_id)
    settings = await parts.lists.settings(staff.company_id)
    ticked = None if form.value("scope") == "all" else form.values("invoice")
    planner = Planner(parts, staff.company_id, company, settings)
    return await planner.run(_wish(form, invoice_ids=ticked))


async def _others(parts: Parts, staff: Staff, account_id: str) -> list[tuple[StatementRow, str]]:
    """The first of the account's open invoices that do not wait, each with its reason."""
    autopay = await parts.lists.autopay(staff.company_id, account_id)
    rows = await parts.lists.open_rows(staff.company_id, account_id)
    left = [(row, why) for row in rows if (why := not_waiting(row, autopay))]
    return left[:PAGE_SIZE]


async def _review(
    request: Request,
    staff: Staff,
    parts: Parts,
    form: Form,
    plan: RunPlan,
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
        shown=plan.rows[: 2 * PAGE_SIZE],
        currency=company.currency if company else "USD",
        takes_money=settings.takes_money(company, own_accounts=parts.own_accounts),
        key=uuid4().hex,
        back_url=_url(form, PAGE),
    )


def _changed(plan: RunPlan) -> str:
    if not plan.rows:
        return "None of these invoices waits to be charged any more. Nothing was charged"
    currency = plan.rows[0].row.currency
    amount, count = money(plan.total_cents, currency), plural(len(plan.rows), "invoice")
    return f"The sum has changed: it is now {amount} for {count}. Nothing was charged"


def _url(form: Form, path: str, **changes: str) -> str:
    given = {name: form.value(name) for name in ("account", "due_by", "method")} | changes
    words = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{words}" if words else path
