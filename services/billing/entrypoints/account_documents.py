"""An account's papers as downloads: statements, parent invoices, receipts."""

import csv
import io
from datetime import date
from typing import Literal

from fastapi.responses import Response

from services.billing.domain.account_refusals import AccountPaymentNotFoundError
from services.billing.domain.statement import aging
from services.billing.entrypoints.frame import today_of
from services.billing.entrypoints.parts import Parts

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = (
    "Invoice",
    "Order",
    "Site",
    "Status",
    "Issued",
    "Due",
    "Days overdue",
    "Currency",
    "Total",
    "Paid",
    "Processing",
    "Balance",
)


async def statement(
    parts: Parts,
    company_id: str,
    account_id: str,
    *,
    form: Literal["pdf", "csv"],
    since: date | None = None,
    until: date | None = None,
) -> Response:
    """Every invoice issued in that time, with aging. Raises AccountNotFoundError."""
    account = await parts.lists.account(company_id, account_id)
    company = await parts.lists.company(company_id)
    today = today_of(company, parts.clock())
    rows = await parts.lists.statement_rows(company_id, account_id, since, until or today)
    name = f"statement-{today.isoformat()}.{form}"
    if form == "pdf":
        body = await parts.printer.statement(
            account, rows, ages=aging(rows, today), until=until or today, company=company
        )
        return download(body, name, "application/pdf")
    text = io.StringIO()
    sheet = csv.writer(text)
    sheet.writerow(_HEAD)
    for row in rows:
        late = max(0, (today - row.due_on).days) if row.balance_cents else 0
        sheet.writerow(
            [
                *(_plain(word) for word in (row.number, row.order_number, row.site_line)),
                row.status,
                row.issued_on.isoformat(),
                row.due_on.isoformat(),
                late,
                row.currency,
                *(
                    _amount(cents)
                    for cents in (
                        row.total_cents,
                        row.paid_cents,
                        row.processing_cents,
                        row.balance_cents,
                    )
                ),
            ]
        )
    return download(text.getvalue().encode("utf-8-sig"), name, "text/csv; charset=utf-8")


async def order_document(parts: Parts, company_id: str, order_id: str) -> Response:
    """The parent invoice as PDF. Raises OrderNotFoundError."""
    bills = await parts.lists.order_bills(company_id, order_id)
    company = await parts.lists.company(company_id)
    account = bills[0].booking.account
    body = await parts.printer.order(bills, company)
    number = account.order_number if account else order_id
    return download(body, f"invoice-{number}.pdf", "application/pdf")


async def account_receipt(parts: Parts, company_id: str, payment_id: str) -> Response:
    """One receipt for the whole payment. Raises AccountPaymentNotFoundError."""
    attempt = await parts.lists.account_payment(company_id, payment_id)
    if attempt.paid_at is None:
        raise AccountPaymentNotFoundError
    company = await parts.lists.company(company_id)
    body = await parts.printer.account_receipt(attempt, company)
    return download(body, f"receipt-{attempt.receipt_number}.pdf", "application/pdf")


def download(body: bytes, name: str, media_type: str) -> Response:
    """A file that the browser shows or keeps under that name."""
    shown = "inline" if media_type == "application/pdf" else "attachment"
    disposition = f'{shown}; filename="{name}"'
    return Response(body, media_type=media_type, headers={"Content-Disposition": disposition})


def _plain(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _amount(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"
