"""Which invoices the automatic run of a day charges."""

from datetime import date
from itertools import count

from services.billing.domain.charge_run import MOST_IN_A_RUN
from services.billing.domain.charge_tries import last_vain_try
from services.billing.domain.company import Company, Settings
from services.billing.domain.methods import Autopay, SavedMethod, method_of
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.ports_accounts import ToCharge

_AT_ONCE = 200


async def choose_due_invoices(
    books: OpenBooks, *, company: Company, settings: Settings, day: date
) -> list[str]:
    """What is due by then, oldest first, one run's worth at most.

    Without a method that can be charged, or tried in vain before, an invoice waits for people.
    """
    asked = ToCharge(due_by=day, currency=company.currency)
    methods: dict[str, SavedMethod | None] = {}
    chosen: list[str] = []
    for skip in count(0, _AT_ONCE):
        rows = await books.chargeable(company.company_id, asked, skip=skip, limit=_AT_ONCE)
        jobs = [row.inspection_id for row in rows]
        tries = await books.tries_without_payer(company.company_id, jobs)
        for row in rows:
            if row.account_id not in methods:
                methods[row.account_id] = await _method(books, settings, row.account_id)
            method = methods[row.account_id]
            if method and not last_vain_try(tries, row.invoice_id, method):
                chosen.append(row.invoice_id)
        if len(rows) < _AT_ONCE or len(chosen) >= MOST_IN_A_RUN:
            break
    return chosen[:MOST_IN_A_RUN]


async def _method(books: OpenBooks, settings: Settings, account_id: str) -> SavedMethod | None:
    autopay = await books.find(Autopay, settings.company_id, account_id)
    methods = await books.methods_of(settings.company_id, account_id)
    return method_of(autopay, methods, settings.stripe_account_id)
