"""The report by payer as CSV (RFC 4180, UTF-8), written line by line."""

import csv
import io
from collections.abc import AsyncIterator
from decimal import Decimal

from babel.numbers import get_currency_precision

from services.billing.domain.report import PayerFigures

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
FILE_HEADERS = {"Content-Disposition": 'attachment; filename="payers.csv"'}
AMOUNTS = (
    ("invoiced_cents", "Invoiced"),
    ("collected_cents", "Collected"),
    ("processing_cents", "Processing"),
    ("outstanding_cents", "Outstanding"),
    ("refunded_cents", "Refunded"),
    ("disputed_cents", "Disputed"),
    ("surplus_cents", "Surplus"),
    ("not_due_cents", "Not due"),
    ("late_30_cents", "1-30 days overdue"),
    ("late_60_cents", "31-60 days overdue"),
    ("late_90_cents", "61-90 days overdue"),
    ("late_more_cents", "Over 90 days overdue"),
)
HEADINGS = ("Payer", "Role", "Currency", "Invoices", *(heading for _, heading in AMOUNTS))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


async def csv_lines(rows: AsyncIterator[PayerFigures], currency: str) -> AsyncIterator[str]:
    """The headings, then a line for each payer; every line ends with CR LF."""
    yield _line(HEADINGS)
    async for row in rows:
        amounts = (getattr(row.figures, name) for name, _ in AMOUNTS)
        yield _line(
            (
                harmless(row.payer_name),
                harmless(row.role_label),
                currency,
                str(row.figures.invoices),
                *(plain_amount(cents, currency) for cents in amounts),
            )
        )


def harmless(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def plain_amount(cents: int, currency: str) -> str:
    """`1234.50`: a number, without symbol or separators."""
    return str(Decimal(cents).scaleb(-get_currency_precision(currency)))


def _line(cells: tuple[str, ...]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow(cells)
    return written.getvalue()
