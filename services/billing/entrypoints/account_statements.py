"""An account's statement as a download."""

from dataclasses import replace
from datetime import date
from typing import Literal

from fastapi.responses import Response

from services.billing.domain.account_statement import AccountStatement, account_statement
from services.billing.domain.refusals import InvalidPeriodError
from services.billing.entrypoints.account_documents import download
from services.billing.entrypoints.frame import today_of
from services.billing.entrypoints.parts import Parts
from services.billing.entrypoints.statement_csv import statement_csv


async def statement(
    parts: Parts,
    company_id: str,
    account_id: str,
    *,
    form: Literal["pdf", "csv"],
    since: date | None = None,
    until: date | None = None,
    with_moves: bool = True,
) -> Response:
    """How the balance moved in that time, and what was open at its end, with aging.

    Without `with_moves` only what was open. Raises AccountNotFoundError, InvalidPeriodError.
    """
    account = await parts.lists.account(company_id, account_id)
    company = await parts.lists.company(company_id)
    today = today_of(company, parts.clock())
    last = min(until or today, today)
    if since and since > last:
        raise InvalidPeriodError
    told = await _told(parts, company_id, account_id, since=since, until=last)
    told = replace(told, with_moves=with_moves)
    name = f"statement-{last.isoformat()}.{form}"
    if form == "csv":
        return download(statement_csv(told), name, "text/csv; charset=utf-8")
    body = await parts.printer.statement(account, told, company=company)
    return download(body, name, "application/pdf")


async def _told(
    parts: Parts, company_id: str, account_id: str, *, since: date | None, until: date
) -> AccountStatement:
    company = await parts.lists.company(company_id)
    zone = company.time_zone if company else "UTC"
    rows = await parts.lists.every_row(company_id, account_id)
    ids = [row.invoice_id for row in rows]
    told = account_statement(
        await parts.lists.ledger_of(company_id, account_id, ids),
        rows,
        account_id,
        since=since,
        until=until,
        time_zone=zone,
        currency=company.currency if company else "USD",
    )
    return replace(told, paid_by=await parts.lists.paid_by(company_id, told.payment_ids, zone))
