"""The report by payer for the office: filters, chart, tables, the invoices behind a row (R53)."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.billing.domain.company import Company
from services.billing.domain.refusals import InvalidPeriodError
from services.billing.domain.report import Column, Period, Preset, ReportQuery
from services.billing.entrypoints.api_reports import csv_answer, refuse_inspectors
from services.billing.entrypoints.frame import Reader, brand_of
from services.billing.entrypoints.invoice_pages import FILTERS
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.report_chart import chart_bars, chart_height
from services.billing.entrypoints.words import row_word
from services.billing.usecases.report_by_payer import ReportWish, query_of, report_by_payer
from shared.identity import Staff
from shared.ui import Form
from shared.ui.formats import long_day
from shared.webapp import page

router = APIRouter(include_in_schema=False)
PAGE = "/staff/billing/reports"
PERIODS = (
    (Preset.THIS_MONTH, "This month"),
    (Preset.LAST_MONTH, "Last month"),
    (Preset.THIS_QUARTER, "This quarter"),
    (Preset.THIS_YEAR, "This year"),
    (Preset.LAST_YEAR, "Last year"),
    (Preset.ALL, "All time"),
    (Preset.CUSTOM, "From and to"),
)
ROLES = (
    ("", "Everybody"),
    ("client", "Clients"),
    ("agent", "Agents"),
    ("additional", "Additional people"),
)
STATUSES = (("", "Any status"), *FILTERS[1:])
MONEY = (
    (Column.INVOICED, "Invoiced"),
    (Column.COLLECTED, "Collected"),
    (Column.PROCESSING, "Processing"),
    (Column.OUTSTANDING, "Outstanding"),
    (Column.REFUNDED, "Refunded"),
    (Column.DISPUTED, "Disputed"),
    (Column.SURPLUS, "Surplus"),
)
ORDERS = ((Column.PAYER, "Payer"), *MONEY)
AGING = (
    ("not_due_cents", "Not due"),
    ("late_30_cents", "1-30 days"),
    ("late_60_cents", "31-60 days"),
    ("late_90_cents", "61-90 days"),
    ("late_more_cents", "Over 90 days"),
)
_WORDS_MAX = 100
_CURSOR_MAX = 400
Text = Annotated[str, Query(max_length=_CURSOR_MAX)]


@router.get(PAGE)
async def reports(request: Request, staff: Reader, parts: UsedParts) -> HTMLResponse:
    """Everybody who was invoiced in the period, with totals, chart and aging."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    company = await parts.lists.company(staff.company_id)
    query = _query(form, staff, company, parts)
    shown = await report_by_payer(query, figures=parts.reports) if form.ok else None
    bars = chart_bars(shown.rows) if shown else ()
    return page(
        request,
        "report.html",
        200 if form.ok else 422,
        brand=brand_of(company),
        form=form,
        query=query,
        report=shown,
        filtered=bool(query.role or query.status or query.words),
        period_words=period_words(query.period),
        periods=PERIODS,
        roles=ROLES,
        statuses=STATUSES,
        columns=_headings(form, query),
        aging=AGING,
        money_columns=MONEY,
        bars=bars,
        chart_height=chart_height(bars),
        csv_url=_url(form, f"{PAGE}/payers.csv", after=""),
        payer_url=lambda key: _url(form, f"{PAGE}/payers/{key}", after=""),
        first_url=_url(form, PAGE, after="") if query.after else "",
        next_url=_url(form, PAGE, after=shown.next_cursor) if shown and shown.next_cursor else "",
    )


@router.get(f"{PAGE}/payers.csv")
async def report_file(request: Request, staff: Reader, parts: UsedParts) -> Response:
    """Every payer of the same report, as a file; days that make no sense lead back to the page."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    company = await parts.lists.company(staff.company_id)
    query = _query(form, staff, company, parts)
    if not form.ok:
        return RedirectResponse(_url(form, PAGE, after=""), 303)
    return csv_answer(parts, query)


@router.get(f"{PAGE}/payers/{{payer_key}}")
async def payer(
    request: Request, payer_key: str, staff: Reader, parts: UsedParts, after: Text = ""
) -> HTMLResponse:
    """The invoices behind one payer's row."""
    refuse_inspectors(staff)
    form = Form.posted(request.query_params.multi_items())
    company = await parts.lists.company(staff.company_id)
    asked = replace(_query(form, staff, company, parts), payer_key=payer_key, words="")
    summed = await report_by_payer(replace(asked, after=""), figures=parts.reports)
    found = await parts.reports.invoices(replace(asked, after=after))
    here = f"{PAGE}/payers/{payer_key}"
    return page(
        request,
        "report_payer.html",
        brand=brand_of(company),
        currency=asked.currency,
        payer=summed.rows[0] if summed.rows else None,
        totals=summed.totals,
        rows=[(row, row_word(row, asked.today)) for row in found.rows],
        period_words=period_words(asked.period),
        back_url=_url(form, PAGE, after=""),
        first_url=_url(form, here, after="") if after else "",
        next_url=_url(form, here, after=found.next_cursor) if found.next_cursor else "",
    )


def period_words(period: Period) -> str:
    """`Nov 1, 2026 to Nov 21, 2026`, or how far it is open."""
    first = long_day(period.first) if period.first else ""
    last = long_day(period.last) if period.last else ""
    if first and last:
        return first if first == last else f"{first} to {last}"
    if first:
        return f"since {first}"
    return f"until {last}" if last else "at any time"


def _query(form: Form, staff: Staff, company: Company | None, parts: Parts) -> ReportQuery:
    """What the address says; what it never offered counts as nothing, wrong days are refused."""
    wish = ReportWish(
        preset=Preset(_offered(form, "period", PERIODS) or Preset.THIS_YEAR),
        first=_day(form, "first"),
        last=_day(form, "last"),
        role=_offered(form, "role", ROLES),
        status=_offered(form, "status", STATUSES),
        words=form.value("payer").strip()[:_WORDS_MAX],
        column=Column(_offered(form, "order", ORDERS) or Column.OUTSTANDING),
        descending=form.value("way") != "up",
        after=form.value("after")[:_CURSOR_MAX],
    )
    now = parts.clock()
    try:
        return query_of(wish, staff.company_id, company, now)
    except InvalidPeriodError:
        form.refuse("last", "Choose a last day that is not before the first")
        return query_of(replace(wish, first=None, last=None), staff.company_id, company, now)


def _day(form: Form, name: str) -> date | None:
    """Days count for a period of one's own only; typed beside another one they do no harm."""
    return form.day(name) if form.value("period") == Preset.CUSTOM else None


def _offered(form: Form, name: str, options: tuple[tuple[str, str], ...]) -> str:
    typed = form.value(name)
    return typed if typed in {value for value, _ in options} else ""


def _headings(form: Form, query: ReportQuery) -> list[tuple[str, str, str, str]]:
    """Of each column: label, where a press leads, how it is ordered now, its class."""
    found = []
    for column, label in ORDERS:
        current = column is query.column
        first_down = column is not Column.PAYER
        down = not query.descending if current else first_down
        url = _url(form, PAGE, order=column, way="down" if down else "up", after="")
        ordered = ("descending" if query.descending else "ascending") if current else ""
        found.append((label, url, ordered, column.value))
    return found


def _url(form: Form, path: str, **changes: str | None) -> str:
    names = ("period", "first", "last", "role", "status", "payer", "order", "way", "after")
    given = {name: changes.get(name, form.value(name)) for name in names}
    words = urlencode({name: value for name, value in given.items() if value})
    return f"{path}?{words}" if words else path
