"""The opt-in automatic run: what is due today is charged without anybody pressing a button."""

from datetime import date
from zoneinfo import ZoneInfo

from services.billing.domain.account_refusals import NothingToChargeError
from services.billing.domain.charge_run import ChargeRun
from services.billing.domain.company import Company, Settings
from services.billing.usecases.choose_due_invoices import choose_due_invoices
from services.billing.usecases.ports import Books, Clock, OpenBooks, Work
from services.billing.usecases.start_charge_run import StartChargeRun, start_charge_run

_FROM_HOUR = 8
"""In the company's zone, so that somebody is there when a customer calls."""


async def start_due_runs(
    *,
    books: Books,
    clock: Clock,
    own_accounts: bool,
    on: date | None = None,
    company_id: str = "",
) -> int:
    """One run a day for every company that wants it (off by default); return how many began.

    `on`: as if it were that day, whatever the hour; `company_id`: for that company only.
    """
    begun = 0
    for settings in await books.automatic_companies():
        if company_id not in {"", settings.company_id}:
            continue
        company = await books.write(_company(settings.company_id))
        if company is None or not (company.client_portal and settings.portal.autopay):
            continue
        if not settings.takes_money(company, own_accounts=own_accounts):
            continue
        day = on or _today(company, clock)
        if day:
            begun += await _begin(company, settings, day, books=books, clock=clock)
    return begun


def _today(company: Company, clock: Clock) -> date | None:
    here = clock().astimezone(ZoneInfo(company.time_zone))
    return here.date() if here.hour >= _FROM_HOUR else None


async def _begin(
    company: Company, settings: Settings, day: date, *, books: Books, clock: Clock
) -> bool:
    run_id = f"due-{company.company_id}-{day.isoformat()}"
    chosen = await books.write(_due(company, settings, day, run_id))
    if not chosen:
        return False
    command = StartChargeRun(
        company_id=company.company_id,
        run_id=run_id,
        invoice_ids=tuple(chosen),
        started_by="Autopay",
        automatic=True,
    )
    try:
        await start_charge_run(command, books=books, clock=clock)
    except NothingToChargeError:
        return False  # paid in the meantime
    return True


def _due(company: Company, settings: Settings, day: date, run_id: str) -> Work[list[str]]:
    async def look(books: OpenBooks) -> list[str]:
        if await books.find(ChargeRun, company.company_id, run_id):
            return []
        return await choose_due_invoices(books, company=company, settings=settings, day=day)

    return look


def _company(company_id: str) -> Work[Company | None]:
    async def look(books: OpenBooks) -> Company | None:
        return await books.company(company_id)

    return look
