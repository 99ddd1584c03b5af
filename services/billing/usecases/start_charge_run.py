"""Staff charge customers in autopay: every row is written before the first charge."""

from dataclasses import dataclass
from datetime import date, datetime

from services.billing.domain.account_refusals import MixedCurrenciesError, NothingToChargeError
from services.billing.domain.charge_run import (
    MOST_IN_A_RUN,
    ChargeRun,
    RunItem,
    RunStatus,
    run_changed,
)
from services.billing.usecases.ports import Books, Clock, OpenBooks
from services.billing.usecases.ports_accounts import Chargeable, ToCharge


@dataclass(frozen=True, slots=True, kw_only=True)
class StartChargeRun:
    """Which invoices; None: all that wait. `run_id` is made from the request's key."""

    company_id: str
    run_id: str
    invoice_ids: tuple[str, ...] | None
    started_by: str
    due_by: date | None = None
    automatic: bool = False


async def start_charge_run(command: StartChargeRun, *, books: Books, clock: Clock) -> ChargeRun:
    """Write the run and its rows in one write; a loop charges them. A repeat is the same run.

    Invoices that do not wait (any more) are left out. Raises NothingToChargeError,
    MixedCurrenciesError.
    """
    now = clock()

    async def start(open_books: OpenBooks) -> ChargeRun:
        known = await open_books.find(ChargeRun, command.company_id, command.run_id)
        if known:
            return known
        chosen = await open_books.chargeable(
            command.company_id,
            ToCharge(invoice_ids=command.invoice_ids, due_by=command.due_by),
            limit=MOST_IN_A_RUN,
        )
        run = _run(command, chosen, now)
        await open_books.keep_all([_item(run, row, at) for at, row in enumerate(chosen)])
        await open_books.keep(run)
        await open_books.announce([run_changed(run)])
        return run

    return await books.write(start)


def _run(command: StartChargeRun, chosen: list[Chargeable], now: datetime) -> ChargeRun:
    if not chosen:
        raise NothingToChargeError
    currencies = {row.currency for row in chosen}
    if len(currencies) > 1:
        raise MixedCurrenciesError
    return ChargeRun(
        run_id=command.run_id,
        company_id=command.company_id,
        status=RunStatus.RUNNING,
        invoice_count=len(chosen),
        total_cents=sum(row.balance_cents for row in chosen),
        currency=currencies.pop(),
        started_by=command.started_by,
        started_at=now,
        automatic=command.automatic,
    )


def _item(run: ChargeRun, row: Chargeable, position: int) -> RunItem:
    return RunItem(
        item_id=f"{run.run_id}-{row.invoice_id}",
        run_id=run.run_id,
        company_id=run.company_id,
        account_id=row.account_id,
        account_name=row.account_name,
        invoice_id=row.invoice_id,
        invoice_number=row.number,
        amount_cents=row.balance_cents,
        currency=row.currency,
        position=position,
    )
