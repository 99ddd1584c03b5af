"""The opt-in automatic run: what is due today is charged without anybody pressing a button."""

from zoneinfo import ZoneInfo

from services.billing.domain.account_refusals import MixedCurrenciesError, NothingToChargeError
from services.billing.domain.company import Company
from services.billing.usecases.ports import Books, Clock, OpenBooks, Work
from services.billing.usecases.start_charge_run import StartChargeRun, start_charge_run

_FROM_HOUR = 8
"""In the company's zone, so that somebody is there when a customer calls."""


async def start_due_runs(*, books: Books, clock: Clock) -> int:
    """One run a day for every company that wants it (off by default); return how many began."""
    begun = 0
    for settings in await books.automatic_companies():
        company_id = settings.company_id
        company = await books.write(_company(company_id))
        if company is None or not settings.portal.autopay:
            continue
        here = clock().astimezone(ZoneInfo(company.time_zone))
        if here.hour < _FROM_HOUR:
            continue
        command = StartChargeRun(
            company_id=company_id,
            run_id=f"due-{company_id}-{here.date().isoformat()}",
            invoice_ids=None,
            started_by="Autopay",
            due_by=here.date(),
            automatic=True,
        )
        try:
            await start_charge_run(command, books=books, clock=clock)
        except (NothingToChargeError, MixedCurrenciesError):
            continue
        begun += 1
    return begun


def _company(company_id: str) -> Work[Company | None]:
    async def look(books: OpenBooks) -> Company | None:
        return await books.company(company_id)

    return look
