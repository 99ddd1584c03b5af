"""Looking around in an account: overview, every invoice, billing history."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.portal.domain.refusals import AccountSwitchedOffError
from services.portal.entrypoints.account_access import AccountVisit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.cursors import read_cursor, read_moment, write_cursor

router = APIRouter(prefix="/account", include_in_schema=False)
SHOWN = 25
Before = Annotated[str, Query(max_length=120)]


@router.get("")
async def overview(request: Request, visit: AccountVisit) -> HTMLResponse:
    """What is due, what happened last, and where everything is."""
    accounts, of = visit.wiring.customers.accounts, visit.customer.of
    totals, history, autopay = await asyncio.gather(
        accounts.open_totals(of, visit.today), accounts.history(of, None, 3), accounts.autopay(of)
    )
    return account_page(
        request,
        visit,
        "overview.html",
        "overview",
        totals=totals,
        days_late=totals.days_late(visit.today),
        history=history if visit.customer.terms.billing_history else [],
        autopay=autopay,
    )


@router.get("/invoices")
async def invoices(request: Request, visit: AccountVisit, before: Before = "") -> HTMLResponse:
    """Every invoice, the newest first, each as PDF (R76)."""
    accounts = visit.wiring.customers.accounts
    rows = await accounts.all_invoices(visit.customer.of, read_cursor(before), SHOWN + 1)
    shown = rows[:SHOWN]
    last = (shown[-1].issued_on.isoformat(), shown[-1].number) if len(rows) > SHOWN else None
    return account_page(
        request,
        visit,
        "invoices.html",
        "invoices",
        rows=shown,
        older=write_cursor(last),
        before=before,
    )


@router.get("/history")
async def history(request: Request, visit: AccountVisit, before: Before = "") -> HTMLResponse:
    """Payments and credits, if the company shows them (R94)."""
    if not visit.customer.terms.billing_history:
        raise AccountSwitchedOffError("The company does not show billing history here.")
    accounts = visit.wiring.customers.accounts
    entries = await accounts.history(visit.customer.of, read_moment(before), SHOWN + 1)
    shown = entries[:SHOWN]
    last = (shown[-1].at.isoformat(), shown[-1].entry_id) if len(entries) > SHOWN else None
    return account_page(
        request,
        visit,
        "history.html",
        "history",
        entries=shown,
        older=write_cursor(last),
        before=before,
    )
