"""Autopay: who is in it, what waits to be charged, and a bulk charge that charges once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from services.billing.domain.account_refusals import (
    AutopayOffError,
    ChargeRunNotFoundError,
    ChargeRunStateError,
    MethodNotFoundError,
    NothingToChargeError,
)
from services.billing.domain.charge_run import ChargeRun, ItemState, RunItem, RunStatus
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.methods import Autopay
from services.billing.domain.payment import Method
from services.billing.usecases import work_charge_runs as engine
from services.billing.usecases.change_autopay import ChangeAutopay, change_autopay
from services.billing.usecases.change_charge_run import change_charge_run
from services.billing.usecases.check_books import check_books
from services.billing.usecases.list_chargeable import list_chargeable
from services.billing.usecases.ports_accounts import ToCharge
from services.billing.usecases.start_charge_run import StartChargeRun, start_charge_run
from services.billing.usecases.work_charge_runs import work_charge_runs
from shared.contracts.billing import SurplusArisenV1
from shared.contracts.billing_accounts import AutopayChangedV1, ChargeRunChangedV1
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY
from tests.unit.billing.account_office import AccountOffice


class Killed(BaseException):
    """The process dies here."""


class RunOffice(AccountOffice):
    """An account in autopay, and the staff who charge it."""

    async def enrol(self, **changes):
        command = ChangeAutopay(
            company_id=COMPANY,
            account_id=ACCOUNT,
            enrolled=True,
            method_id=None,
            by="customer",
            actor_name="Ann Alder",
        )
        return await change_autopay(replace(command, **changes), books=self.books, clock=self.clock)

    async def waiting(self, **asked):
        listed = await list_chargeable(
            company_id=COMPANY, books=self.books, asked=ToCharge(**asked), limit=1000
        )
        return [row.invoice_id for row in listed.rows]

    async def begin(self, *numbers, run_id="run-1"):
        ids = tuple(f"inv-{n}" for n in numbers) or None
        command = StartChargeRun(
            company_id=COMPANY, run_id=run_id, invoice_ids=ids, started_by="priya"
        )
        return await start_charge_run(command, books=self.books, clock=self.clock)

    async def work(self):
        return await work_charge_runs(
            books=self.books, gateway=self.gateway, clock=self.clock, own_accounts=False
        )

    async def work_off(self):
        while await self.work():
            pass
        await self.work()

    async def step(self, step, run_id="run-1"):
        return await change_charge_run(
            company_id=COMPANY, run_id=run_id, step=step, books=self.books
        )

    async def run(self, run_id="run-1"):
        return await self.kept(ChargeRun, run_id)

    async def items(self, *states):
        wanted = [s.value for s in states or tuple(ItemState)]
        return await self.books.write(lambda books: books.items_of("run-1", wanted, 1000))


async def enrolled(count, *, kind=Method.CARD, cents=10_000):
    """`count` invoices of jobs created after the enrolment."""
    it = RunOffice()
    await it.open_account([], autopay=True)
    await it.on_file(kind=kind)
    await it.enrol()
    later = it.clock() + timedelta(hours=1)
    for number in range(1, count + 1):
        await it.open_invoice(number, cents, account={"job_created_at": later})
    return it


# ------------------------------------------------------------------------------- enrolment
async def test_a_customer_may_not_enrol_while_the_company_offers_no_autopay():
    it = RunOffice()
    await it.open_account([10_000])
    await it.on_file()
    with pytest.raises(AutopayOffError):
        await it.enrol()
    assert it.books.told(AutopayChangedV1) == []


async def test_enrolling_needs_a_method_that_can_be_charged():
    it = RunOffice()
    await it.open_account([10_000], autopay=True)
    with pytest.raises(MethodNotFoundError):
        await it.enrol()
    await it.on_file()
    with pytest.raises(MethodNotFoundError):
        await it.enrol(method_id="pm-of-somebody")
    assert (await it.enrol(method_id="pm-1")).enrolled


@pytest.mark.scenario(13)
async def test_only_jobs_created_after_the_enrolment_wait_to_be_charged():
    it = await enrolled(2)
    before = it.clock() - timedelta(hours=1)
    await it.open_invoice(9, 5_000, account={"job_created_at": before})
    same = it.clock()
    await it.open_invoice(8, 5_000, account={"job_created_at": same})
    assert await it.waiting() == ["inv-1", "inv-2"]


async def test_leaving_takes_the_unpaid_ones_out_and_a_second_enrolment_starts_anew():
    it = await enrolled(2)
    await it.enrol(enrolled=False)
    assert await it.waiting() == []
    it.clock.forward(days=2)
    await it.enrol()
    assert await it.waiting() == []


async def test_enrolling_twice_keeps_the_first_moment():
    it = await enrolled(0)
    first = await it.kept(Autopay, ACCOUNT)
    it.clock.forward(days=1)
    await it.enrol()
    assert (await it.kept(Autopay, ACCOUNT)).enrolled_at == first.enrolled_at


async def test_what_is_paid_processing_reserved_or_not_collectable_does_not_wait():
    it = await enrolled(4)
    await it.pay(1)
    started = await it.start(it.wish(2, attempt_id="apay-2", amount_cents=10_000, kind=Method.BANK))
    it.gateway.pay_by_bank(started)
    await it.refresh(started)
    await it.start(it.wish(3, attempt_id="apay-3", amount_cents=10_000))
    later = it.clock() + timedelta(hours=1)
    await it.open_invoice(5, 10_000, account={"job_created_at": later}, collect_after_publish=True)
    assert await it.waiting() == ["inv-4"]


# ------------------------------------------------------------------------------- the run
async def test_every_row_is_written_before_the_first_charge():
    it = await enrolled(12)
    run = await it.begin()
    assert (run.invoice_count, run.total_cents) == (12, 120_000)
    assert len(await it.items(ItemState.WAITING)) == 12
    assert it.gateway.charges == []


@pytest.mark.scenario(14)
async def test_fifty_are_charged_three_declined_and_the_summary_adds_up(monkeypatch):
    it = await enrolled(50)
    await it.begin()
    declined = {f"run-1-inv-{n}-1" for n in (7, 21, 44)}
    charge = it.gateway.charge_saved

    async def some_declined(attempt):
        it.gateway.outcomes["pm-1"] = "decline" if attempt.attempt_id in declined else ""
        return await charge(attempt)

    monkeypatch.setattr(engine, "AT_ONCE", 1)
    it.gateway.charge_saved = some_declined
    await it.work_off()
    run = await it.run()
    assert (run.status, run.charged_count, run.failed_count) == (RunStatus.FINISHED, 47, 3)
    assert run.charged_cents == 470_000
    failed = await it.items(ItemState.FAILED)
    assert {item.reason for item in failed} == {"Insufficient funds."}
    it.gateway.charge_saved = charge
    it.gateway.outcomes.clear()
    await it.step("retry")
    await it.work_off()
    assert (await it.run()).charged_count == 50
    assert len(it.gateway.charges) == 50
    assert it.books.told(ChargeRunChangedV1)[-1].status == "finished"
    assert await check_books(books=it.books) == []


@pytest.mark.scenario(55)
async def test_the_same_run_twice_and_two_runs_at_once_charge_each_invoice_once():
    it = await enrolled(8)
    first, again = await it.begin(), await it.begin()
    assert first == again
    await it.begin(run_id="run-2")
    await asyncio.gather(*(it.work() for _ in range(4)))
    await it.work_off()
    assert len(it.gateway.charges) == 8
    second = await it.run("run-2")
    assert second.charged_count + (await it.run()).charged_count == 8
    for number in range(1, 9):
        assert (await it.invoice(number)).paid_cents == 10_000
    assert await check_books(books=it.books) == []


@pytest.mark.scenario(55)
@pytest.mark.parametrize(
    "point",
    [
        "billing.account-reserved-not-charged",
        "billing.account-charged-not-recorded",
        "billing.item-charged-not-counted",
    ],
)
async def test_a_run_killed_at_any_point_charges_every_invoice_once_when_it_goes_on(
    monkeypatch, point
):
    it = await enrolled(12)
    await it.begin()
    passed, dead = 0, False

    def die(name):
        nonlocal passed, dead
        if not dead:
            passed += name == point
            dead = name == point and passed in {1, 9}
        if dead:
            raise Killed  # and so does everything else that was under way

    for module in ("pay_invoices", "charge_method", "work_charge_runs"):
        monkeypatch.setattr(f"services.billing.usecases.{module}.crash_point", die)
    for _ in range(2):
        with pytest.raises(Killed):
            await it.work_off()
        await asyncio.sleep(0)
        dead = False
    await it.work_off()
    assert sorted(it.gateway.charges) == sorted(f"run-1-inv-{n}-1" for n in range(1, 13))
    run = await it.run()
    assert (run.status, run.charged_count, run.charged_cents) == (RunStatus.FINISHED, 12, 120_000)
    assert await check_books(books=it.books) == []


async def test_an_answer_that_never_came_is_asked_for_again_with_the_same_key():
    it = await enrolled(1)
    await it.begin()
    it.gateway.trouble = ["after"]
    await it.work()
    assert (await it.run()).charged_count == 0
    await it.work_off()
    assert (await it.run()).charged_count == 1
    assert len(it.gateway.charges) == 1


async def test_a_paused_run_charges_nothing_more_until_it_goes_on():
    it = await enrolled(25)
    await it.begin()
    await it.work()
    paused = await it.step("pause")
    assert paused.status is RunStatus.PAUSED
    assert (await it.step("pause")).revision == paused.revision
    await it.work_off()
    assert len(it.gateway.charges) == paused.charged_count == 10
    await it.step("resume")
    await it.work_off()
    assert len(it.gateway.charges) == 25
    with pytest.raises(ChargeRunStateError):
        await it.step("resume")
    with pytest.raises(ChargeRunStateError):
        await it.step("retry")


@pytest.mark.scenario(25)
async def test_a_bank_that_wants_to_see_the_customer_fails_the_item_and_is_not_retried_alone():
    it = await enrolled(1)
    it.gateway.outcomes["pm-1"] = "ask"
    await it.begin()
    await it.work_off()
    [item] = await it.items(ItemState.FAILED)
    assert item.code == "authentication_required"
    assert (await it.invoice(1)).status is InvoiceStatus.OPEN
    assert (await it.invoice(1)).reservation is None


@pytest.mark.scenario(29)
async def test_a_bank_account_is_tried_twice_for_one_invoice_and_no_more():
    it = await enrolled(1, kind=Method.BANK)
    for number in (1, 2, 3):
        await it.begin(run_id=f"run-{number}")
        await it.work_off()
        begun = it.books.state.attempts.get(f"run-{number}-inv-1-1")
        if begun:
            it.gateway.bounce(begun)
            await it.refresh(begun)
    assert len(it.gateway.charges) == 2
    item = await it.kept(RunItem, "run-3-inv-1")
    assert item.reason == "The bank account has failed twice for this invoice"


async def test_a_customer_who_left_or_took_his_card_away_meanwhile_is_not_charged():
    it = await enrolled(2)
    await it.begin()
    await it.enrol(enrolled=False)
    await it.work_off()
    assert it.gateway.charges == []
    assert {item.code for item in await it.items(ItemState.FAILED)} == {"method_not_found"}


async def test_an_invoice_whose_amount_changed_meanwhile_is_not_charged():
    it = await enrolled(2)
    await it.begin()
    await it.receive_cash(1_000, invoice_id="inv-1")
    await it.work_off()
    [item] = await it.items(ItemState.FAILED)
    assert (item.invoice_id, item.code) == ("inv-1", "amount_changed")


async def test_nothing_to_charge_and_an_unknown_run_are_refused():
    it = await enrolled(1)
    with pytest.raises(NothingToChargeError):
        await it.begin(77)
    with pytest.raises(ChargeRunNotFoundError):
        await it.step("pause", "nobody")


@pytest.mark.scenario(54)
async def test_a_page_that_was_paid_after_all_beside_the_run_becomes_a_credit_to_be_refunded():
    """Both settle: the page ran out, the run charged, and then the page's money came."""
    it = await enrolled(1)
    page = await it.start(it.wish(1, amount_cents=10_000))
    it.gateway.time_out(page)
    await it.refresh(page)
    await it.begin(1)
    await it.work_off()
    assert (await it.invoice(1)).status is InvoiceStatus.PAID
    it.gateway.pages[page.key].intent = "succeeded"
    for _ in range(2):
        await it.refresh(page)
    invoice = await it.invoice(1)
    assert (invoice.paid_cents, invoice.surplus_cents) == (20_000, 10_000)
    [alerted] = it.books.told(SurplusArisenV1)
    assert (alerted.surplus_cents, alerted.payer.name) == (10_000, invoice.payer.name)
    assert [item.state for item in await it.items()] == [ItemState.CHARGED]
    assert it.gateway.charged_cents == 20_000
    assert await check_books(books=it.books) == []
    payment = invoice.payments[-1].payment_id
    await it.refund(payment, 10_000, with_credit=True, surplus_only=True)
    assert (await it.invoice(1)).surplus_cents == 0
    assert it.gateway.charged_cents == 10_000
