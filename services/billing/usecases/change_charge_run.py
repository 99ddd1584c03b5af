"""Staff pause a charge run between two invoices, go on with it, or retry what failed."""

from typing import Literal

from services.billing.domain.account_refusals import (
    ChargeRunNotFoundError,
    ChargeRunStateError,
)
from services.billing.domain.charge_run import (
    MOST_IN_A_RUN,
    ChargeRun,
    ItemState,
    RunStatus,
    run_changed,
)
from services.billing.usecases.ports import Books, OpenBooks

Step = Literal["pause", "resume", "retry"]


async def change_charge_run(*, company_id: str, run_id: str, step: Step, books: Books) -> ChargeRun:
    """The run as it then is; a repeat of pause or resume changes nothing.

    `retry` tries every failed invoice once more, as a new payment, and no other. Raises
    ChargeRunNotFoundError, ChargeRunStateError.
    """

    async def change(open_books: OpenBooks) -> ChargeRun:
        run = await open_books.find(ChargeRun, company_id, run_id)
        if run is None:
            raise ChargeRunNotFoundError
        after = await _retried(open_books, run) if step == "retry" else _stepped(run, step)
        if after == run:
            return run
        await open_books.keep(after)
        await open_books.announce([run_changed(after)])
        return after

    return await books.write(change)


def _stepped(run: ChargeRun, step: Step) -> ChargeRun:
    wanted = RunStatus.PAUSED if step == "pause" else RunStatus.RUNNING
    if run.status is wanted:
        return run
    if run.status is RunStatus.FINISHED:
        raise ChargeRunStateError("This charge run is finished")
    return run.moved(wanted)


async def _retried(books: OpenBooks, run: ChargeRun) -> ChargeRun:
    failed = await books.items_of(run.run_id, [ItemState.FAILED.value], MOST_IN_A_RUN)
    if not failed:
        raise ChargeRunStateError("No invoice of this run has failed")
    after = run
    for item in failed:
        again = item.again()
        after = after.counted(item, again)
    await books.keep_all([item.again() for item in failed])
    return after.moved(RunStatus.RUNNING)
