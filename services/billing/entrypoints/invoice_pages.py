"""The company's invoices: filters, search, pages."""

from datetime import date
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.billing.domain.listing import InvoicePage, InvoiceQuery, StatusTotal
from services.billing.entrypoints.frame import Reader, brand_of, today_of
from services.billing.entrypoints.parts import UsedParts
from services.billing.entrypoints.words import row_word
from shared.webapp import page

router = APIRouter(include_in_schema=False)
LIST = "/staff/billing/invoices"
FILTERS = (
    ("", "All"),
    ("open", "Open"),
    ("processing", "Processing"),
    ("deferred", "At closing"),
    ("paid", "Paid"),
    ("void", "Void"),
)
_WORDS_MAX = 100
_CURSOR_MAX = 200


@router.get(LIST)
async def invoices(
    *,
    request: Request,
    staff: Reader,
    parts: UsedParts,
    status: str = "",
    q: str = "",
    after: str = "",
) -> HTMLResponse:
    """Newest first, filtered by status and words."""
    known = {key for key, _ in FILTERS}
    query = InvoiceQuery(
        status=status if status in known else "",
        words=q.strip()[:_WORDS_MAX],
        after=after[:_CURSOR_MAX],
    )
    company = await parts.lists.company(staff.company_id)
    found = await parts.lists.invoices(staff.company_id, query)
    totals = await parts.lists.totals(staff.company_id)
    return page(
        request,
        "invoices.html",
        brand=brand_of(company),
        rows=_rows(found, today_of(company, parts.clock())),
        filters=_filters(query, totals),
        query=query,
        next_url=_url(query, after=found.next_cursor) if found.next_cursor else "",
        first_url=_url(query) if query.after else "",
        due_cents=sum(total.due_cents for total in totals.values()),
        count=sum(total.count for total in totals.values()),
        currency=company.currency if company else "USD",
    )


def _rows(found: InvoicePage, today: date) -> list[tuple[object, str]]:
    return [(row, row_word(row, today)) for row in found.rows]


def _filters(
    query: InvoiceQuery, totals: dict[str, StatusTotal]
) -> list[tuple[str, str, str, object]]:
    return [
        (
            key,
            label,
            _url(InvoiceQuery(status=key, words=query.words)),
            totals[key].count if key in totals else "",
        )
        for key, label in FILTERS
    ]


def _url(query: InvoiceQuery, after: str | None = None) -> str:
    given = {"status": query.status, "q": query.words, "after": after or ""}
    words = urlencode({name: value for name, value in given.items() if value})
    return f"{LIST}?{words}" if words else LIST
