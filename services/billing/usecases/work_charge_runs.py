"""Charge what waits in the running charge runs, a few at once; safe to be killed at any line.

An invoice's try is one payment with an id of its own, so going on after a crash finds the payment
that was begun and never begins a second one.
"""

import asyncio

import structlog

from services.billing.domain.account import Account
from services.billing.domain.account_refusals import MethodNotFoundError
from services.billing.domain.attempt import Attempt, Origin
from services.billing.domain.charge_run import (
    ChargeRun,
    ItemState,
    RunItem,
    RunStatus,
    run_changed,
)
from services.billing.domain.charge_tries import bank_is_used_up, last_vain_try
from services.billing.domain.methods import Autopay, SavedMethod, method_of
from services.billing.domain.refusals import PaymentsUnavailableError
from services.billing.usecases.pay_invoices import PayInvoices, pay_invoices
from services.billing.usecases.ports import Books, Clock, OpenBooks, PaymentGateway, Work
from shared.crash_points import crash_point
from shared.problems import RefusalError

AT_ONCE = 5
_BATCH = 10
"""A pause is noticed after so many invoices at the latest."""
log = structlog.get_logger()


async def work_charge_runs(
    *, books: Books, gateway: PaymentGateway, clock: Clock, own_accounts: bool
) -> int:
    """Charge a batch of every running run; return how many invoices were finished."""
    done = 0
    for run in await books.running_runs():
        items = await books.write(_waiting(run))
        if not items:
            await books.write(_settled(run))
            continue
        room = asyncio.Semaphore(AT_ONCE)
        worker = _Worker(books, gateway, clock, own_accounts=own_accounts, room=room)
        results = await asyncio.gather(*(worker.charge(run, item) for item in items))
        done += sum(results)
    return done


class _Worker:
    """Charges one invoice of a run at a time."""

    def __init__(
        self,
        books: Books,
        gateway: PaymentGateway,
        clock: Clock,
        *,
        own_accounts: bool,
        room: asyncio.Semaphore,
    ) -> None:
        self._books, self._gateway, self._clock = books, gateway, clock
        self._own_accounts, self._room = own_accounts, room

    async def charge(self, run: ChargeRun, item: RunItem) -> bool:
        """Whether it is known now what became of it."""
        async with self._room:
            try:
                after = item.after(await self._pay(run, item))
            except PaymentsUnavailableError:
                return False  # nobody knows yet: the next round asks again with the same key
            except RefusalError as refusal:
                after = item.failed(refusal.code, refusal.detail)
            if after == item:
                return False
            crash_point("billing.item-charged-not-counted")
            await self._books.write(_counting(run, item, after))
            return True

    async def _pay(self, run: ChargeRun, item: RunItem) -> Attempt:
        command = await self._books.write(_command(run, item))
        return await pay_invoices(
            command,
            books=self._books,
            gateway=self._gateway,
            clock=self._clock,
            own_accounts=self._own_accounts,
        )


def _waiting(run: ChargeRun) -> Work[list[RunItem]]:
    async def look(books: OpenBooks) -> list[RunItem]:
        return await books.items_of(run.run_id, [ItemState.WAITING.value], _BATCH)

    return look


def _settled(run: ChargeRun) -> Work[None]:
    """A run with nothing left is finished, whoever counted last."""

    async def settle(books: OpenBooks) -> None:
        known = await books.find(ChargeRun, run.company_id, run.run_id)
        if known and known.status is RunStatus.RUNNING:
            after = known.moved(RunStatus.FINISHED)
            await books.keep(after)
            await books.announce([run_changed(after)])

    return settle


def _counting(run: ChargeRun, item: RunItem, after: RunItem) -> Work[None]:
    """The item and the run's sums in one write; a repeat counts nothing."""

    async def count(books: OpenBooks) -> None:
        known = await books.find(RunItem, run.company_id, item.item_id)
        sums = await books.find(ChargeRun, run.company_id, run.run_id)
        if known != item or sums is None:
            return
        counted = sums.counted(item, after)
        await books.keep(after)
        await books.keep(counted)
        await books.announce([run_changed(counted)])

    return count


def _command(run: ChargeRun, item: RunItem) -> Work[PayInvoices]:
    """What is charged to which method. A try that was begun goes on as it is."""

    async def make(books: OpenBooks) -> PayInvoices:
        begun = await books.known_attempt(item.company_id, item.attempt_id)
        method = None if begun else await _method(books, run, item)
        account = await books.find(Account, item.company_id, item.account_id)
        person = account.primary if account else None
        return PayInvoices(
            company_id=item.company_id,
            account_id=item.account_id,
            attempt_id=item.attempt_id,
            contact_id=person.contact_id if person else "",
            payer_name=person.name if person else item.account_name,
            payer_email=person.email if person else "",
            amount_cents=item.amount_cents,
            invoice_ids=(item.invoice_id,),
            method_id=method.method_id if method else None,
            origin=Origin.CHARGE_RUN,
        )

    return make


async def _method(books: OpenBooks, run: ChargeRun, item: RunItem) -> SavedMethod:
    """The method of the enrolment. Raises MethodNotFoundError: it has to be asked for again."""
    autopay = await books.find(Autopay, item.company_id, item.account_id)
    if autopay is None or not autopay.enrolled:
        raise MethodNotFoundError("The customer has left autopay")
    settings = await books.settings(item.company_id)
    methods = await books.methods_of(item.company_id, item.account_id)
    method = method_of(autopay, methods, settings.stripe_account_id)
    if method is None:
        raise MethodNotFoundError("There is no method on file that can be charged")
    await _refuse_in_vain(books, run, item, method)
    return method


async def _refuse_in_vain(
    books: OpenBooks, run: ChargeRun, item: RunItem, method: SavedMethod
) -> None:
    """What failed since the run was written may be tried again by staff, not by itself."""
    bill = await books.bill_of(item.company_id, item.invoice_id)
    tries = await books.tries_without_payer(item.company_id, [bill.inspection_id])
    if method.bank and bank_is_used_up(tries, item.invoice_id):
        raise MethodNotFoundError("The bank account has failed twice for this invoice")
    by_itself = run.automatic and item.tries == 1
    if by_itself and last_vain_try(tries, item.invoice_id, method):
        raise MethodNotFoundError("It was charged in vain meanwhile; your team decides what next")
