"""What account customers need from the books, asked of the ones in memory and of MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from services.billing.adapters.lists import BillingLists
from services.billing.adapters.mongo_books import MongoBooks
from services.billing.adapters.mongo_event_inbox import MongoEventInbox
from services.billing.adapters.typst_printer import TypstPrinter
from services.billing.domain.account_refusals import (
    AccountNotFoundError,
    ChargeRunNotFoundError,
    OrderNotFoundError,
)
from services.billing.domain.account_statement import account_statement
from services.billing.domain.attempt import AttemptState
from services.billing.domain.charge_run import RunStatus
from services.billing.domain.methods import Autopay
from services.billing.domain.payment import Method
from services.billing.domain.refusals import PaymentInProgressError
from services.billing.usecases.apply_prepayment import ApplyPrepayment, apply_prepayment
from services.billing.usecases.check_books import check_books
from services.billing.usecases.list_chargeable import list_chargeable, sums_of
from services.billing.usecases.ports_accounts import ToCharge
from services.billing.usecases.start_due_runs import start_due_runs
from services.billing.usecases.tell_again import tell_again
from shared.idempotency import IdempotencyKeys
from shared.messaging.outbox import Outbox
from tests.contract.billing.test_books import fresh_store
from tests.support.billing_account_fakes import ACCOUNT
from tests.support.billing_examples import COMPANY, a_company
from tests.support.billing_list_fakes import MemoryLists
from tests.unit.billing.test_charge_runs import Killed, RunOffice


async def on_mongo(url: str) -> RunOffice:
    it = RunOffice()
    it.store = await fresh_store(url)
    it.books = MongoBooks(it.store, Outbox(it.store, "billing"), IdempotencyKeys(it.store))
    it.inbox = MongoEventInbox(it.store)
    return it


@pytest.fixture(params=["memory", "mongo"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[RunOffice]:
    if request.param == "memory":
        yield RunOffice()
        return
    it = await on_mongo(request.getfixturevalue("mongo"))
    yield it
    await it.store.close()


@pytest.mark.scenario(6)
async def test_two_hundred_invoices_are_one_page_one_charge_and_one_entry(office):
    await office.open_account([1_000 + n for n in range(200)])
    paid = await office.pay(*range(1, 201))
    assert paid.state is AttemptState.SUCCEEDED
    assert len(paid.allocations) == 200
    assert len(office.gateway.opened) == 1
    for number in (1, 100, 200):
        assert (await office.invoice(number)).balance_cents == 0
    assert await check_books(books=office.books) == []


async def test_forty_people_pay_overlapping_choices_at_once_and_nothing_is_paid_twice(office):
    await office.open_account([10_000] * 6)
    wishes = [
        office.wish(1 + n % 6, 1 + (n + 1) % 6, attempt_id=f"apay-{n}", amount_cents=20_000)
        for n in range(12)
    ]
    results = await asyncio.gather(*(office.start(w) for w in wishes), return_exceptions=True)
    assert all(
        isinstance(result, PaymentInProgressError) or result.attempt_id for result in results
    )
    started = [result for result in results if not isinstance(result, Exception)]
    held = {}
    for number in range(1, 7):
        reservation = (await office.invoice(number)).reservation
        if reservation:
            held.setdefault(reservation.attempt_id, []).append(number)
    assert held
    for attempt_id, numbers in held.items():
        attempt = await office.attempt(attempt_id)
        assert sorted(attempt.invoice_ids) == sorted(f"inv-{n}" for n in numbers)
    for attempt in started:
        page = office.gateway.pages[attempt.key]
        if page.status == "open":
            office.gateway.pay_by_card(attempt)
            await office.refresh(attempt)
    assert sum([(await office.invoice(n)).surplus_cents for n in range(1, 7)]) == 0
    assert await check_books(books=office.books) == []


async def test_a_custom_amount_pays_the_oldest_as_the_rows_are_ordered(office):
    await office.open_account([1_000] * 25)
    started = await office.start(
        office.wish(invoice_ids=None, custom_amount_cents=12_500, amount_cents=12_500)
    )
    wanted = [*range(1, 13), 13]
    assert [a.invoice_id for a in started.allocations] == [f"inv-{n}" for n in wanted]


async def test_a_whole_charge_run_with_a_retry_agrees_with_its_ledger(office):
    await office.open_account([], autopay=True)
    await office.on_file()
    await office.enrol()
    later = office.clock() + timedelta(hours=1)
    for number in range(1, 24):
        await office.open_invoice(number, 10_000, account={"job_created_at": later})
    assert len(await office.waiting()) == 23
    assert len(await office.waiting(due_by=date(2026, 12, 1))) == 9
    office.gateway.outcomes["pm-1"] = "decline"
    await office.begin(*range(1, 24))
    await office.work()
    office.gateway.outcomes.clear()
    await office.work_off()
    run = await office.run()
    assert (run.status, run.charged_count, run.failed_count) == (RunStatus.FINISHED, 13, 10)
    await office.step("retry")
    await asyncio.gather(office.work(), office.work())
    await office.work_off()
    assert (await office.run()).charged_count == 23
    assert len(office.gateway.charges) == 23
    assert await check_books(books=office.books) == []


async def test_what_waits_is_summed_by_account_and_looked_up_by_account_and_page(office):
    await office.open_account([], autopay=True)
    await office.on_file()
    await office.enrol()
    since = office.clock()
    other = Autopay(account_id="zelkova", company_id=COMPANY, enrolled=True, enrolled_at=since)
    await office.books.write(lambda books: books.keep(other))
    job = {"job_created_at": since + timedelta(hours=1)}
    for number in (1, 2, 3):
        await office.open_invoice(number, 1_000 * number, account=job)
    theirs = {**job, "name": "Zelkova Homes"}
    await office.open_invoice(4, 700, account_id="zelkova", account=theirs)
    await office.open_invoice(5, 800, account_id="zelkova", account=theirs, currency="CAD")
    await office.open_invoice(6, 900, account_id="in-no-autopay", account=job)

    async def sums(**asked):
        work = sums_of(COMPANY, ToCharge(**asked))
        return [
            (one.account_name, one.currency, one.invoice_count, one.balance_cents)
            for one in await office.books.write(work)
        ]

    alder, cad = ("Alder Holdings", "USD", 3, 6_000), ("Zelkova Homes", "CAD", 1, 800)
    assert await sums() == [alder, cad, ("Zelkova Homes", "USD", 1, 700)]
    assert await sums(account_ids=["zelkova"], currency="CAD") == [cad]
    assert await sums(invoice_ids=["inv-2", "inv-6"]) == [("Alder Holdings", "USD", 1, 2_000)]
    assert await sums(account_ids=["in-no-autopay"]) == []
    assert await office.waiting(account_ids=["zelkova"]) == ["inv-4", "inv-5"]
    asked = ToCharge(account_ids=[ACCOUNT])
    listed = await list_chargeable(
        company_id=COMPANY, books=office.books, asked=asked, skip=1, limit=1
    )
    assert [row.invoice_id for row in listed.rows] == ["inv-2"]


async def test_what_failed_by_itself_is_left_to_people_and_the_rest_is_charged(office):
    rules = {"autopay": True, "autopay_on_due_date": True}
    await office.open_account([], **rules)
    await office.on_file()
    await office.enrol()
    later = office.clock() + timedelta(hours=1)
    await office.open_invoice(1, 10_000, account={"job_created_at": later})
    await office.open_invoice(2, 49, account={"job_created_at": later})
    office.gateway.outcomes["pm-1"] = "decline"

    async def a_day(number):
        begun = await start_due_runs(
            books=office.books,
            clock=office.clock,
            own_accounts=False,
            on=date(2027, 3, number),
            company_id=COMPANY,
        )
        await office.work_off()
        return begun

    assert [await a_day(number) for number in (1, 1, 2)] == [1, 0, 0]
    office.gateway.outcomes.clear()
    await office.open_invoice(3, 10_000, account={"job_created_at": later})
    assert [await a_day(number) for number in (3, 4)] == [1, 0]
    assert (await office.invoice(1)).balance_cents == 10_000
    assert (await office.invoice(3)).paid_cents == 10_000


async def test_what_was_paid_in_advance_is_listed_applied_and_refunded(office):
    await office.open_account([10_000], prepayments=True)
    started = await office.start(
        office.wish(invoice_ids=None, prepay_cents=15_000, amount_cents=15_000)
    )
    office.gateway.pay_by_card(started)
    await office.refresh(started)
    command = ApplyPrepayment(
        company_id=COMPANY,
        prepayment_id="apay-1",
        invoice_id="inv-1",
        amount_cents=10_000,
        applying_id="apply-1",
        applied_by="priya",
    )
    await apply_prepayment(command, books=office.books, gateway=office.gateway, clock=office.clock)
    await office.refund("apay-1-0", 5_000)
    assert (await office.attempt("apay-1")).unapplied_cents == 0
    assert await check_books(books=office.books) == []


@pytest.mark.scenario(55)
@pytest.mark.parametrize(
    "point",
    ["account-reserved-not-charged", "account-charged-not-recorded", "item-charged-not-counted"],
)
async def test_a_run_killed_half_way_and_worked_on_by_two_charges_every_invoice_once(
    office, monkeypatch, point
):
    await office.open_account([], autopay=True)
    await office.on_file()
    await office.enrol()
    later = office.clock() + timedelta(hours=1)
    for number in range(1, 13):
        await office.open_invoice(number, 10_000, account={"job_created_at": later})
    await office.begin()
    passed, dead = 0, False

    def die(name):
        nonlocal passed, dead
        passed += not dead and name == f"billing.{point}"
        dead = dead or passed == 4
        if dead:
            raise Killed

    modules = ("pay_invoices", "charge_method", "work_charge_runs")
    for module in modules:
        monkeypatch.setattr(f"services.billing.usecases.{module}.crash_point", die)
    with pytest.raises(Killed):
        await office.work_off()
    await asyncio.sleep(1)  # what was under way meets its own end
    for module in modules:
        monkeypatch.setattr(f"services.billing.usecases.{module}.crash_point", len)
    await asyncio.gather(office.work(), office.work())
    await office.work_off()
    run = await office.run()
    assert (run.charged_count, run.failed_count, run.charged_cents) == (12, 0, 120_000)
    assert len(office.gateway.charges) == 12
    assert await check_books(books=office.books) == []


async def test_whoever_lost_his_view_is_told_of_accounts_again(office):
    await office.open_account([10_000, 10_000], prepayments=True)
    await office.on_file()
    await office.pay(1)
    started = await office.start(
        office.wish(invoice_ids=None, attempt_id="apay-2", prepay_cents=500, amount_cents=500)
    )
    office.gateway.pay_by_card(started)
    await office.refresh(started)
    await office.start(office.wish(2, attempt_id="apay-3", amount_cents=10_000))  # left open
    told = [
        event.aggregate_id async for news in office.books.account_news(COMPANY) for event in news
    ]
    assert sorted(told) == ["apay-1", "apay-2", "apay-2", "pm-1"]
    assert await tell_again(company_id=COMPANY, books=office.books, own_accounts=False) == 2


async def test_payments_prepayments_and_runs_are_paged_without_losing_one(office):
    await office.open_account([10_000], autopay=True, prepayments=True)
    for number in (1, 2, 3):
        wish = {"attempt_id": f"apay-{number}", "amount_cents": 2_000, "prepay_cents": 2_000}
        await office.pay(request_key=f"k-{number}", **wish)
    await office.on_file()
    await office.enrol()
    for number in (4, 5):
        later = office.clock() + timedelta(hours=1)
        await office.open_invoice(number, 10_000, account={"job_created_at": later})
        await office.begin(number, run_id=f"run-{number}")
        await office.work_off()
    lists = BillingLists(office.store) if hasattr(office, "store") else MemoryLists(office.books)

    async def turned(ask, key):
        seen = []
        while page := await ask(seen[-1] if seen else ""):
            seen += [getattr(row, key) for row in page]
        return seen

    every = [one.attempt_id for one in await lists.account_payments(COMPANY, ACCOUNT, 50)]
    assert {"apay-1", "apay-2", "apay-3"} < set(every)
    assert every == await turned(
        lambda last: lists.account_payments(COMPANY, ACCOUNT, 2, before=last), "attempt_id"
    )
    assert await turned(
        lambda last: lists.prepayments(COMPANY, before=last, limit=1), "attempt_id"
    ) == ["apay-3", "apay-2", "apay-1"]
    assert await turned(lambda last: lists.runs(COMPANY, 1, before=last), "run_id") == [
        "run-5",
        "run-4",
    ]
    assert len(await lists.runs(COMPANY, 10, before="of-nobody")) == 2
    assert await lists.runs("other", 10, before="run-5") == []


# ------------------------------------------------------------------------------- MongoDB alone
@pytest.fixture
async def kept(mongo: str) -> AsyncIterator[RunOffice]:
    it = await on_mongo(mongo)
    yield it
    await it.store.close()


async def test_lists_of_an_account_show_its_own_and_nobody_elses(kept):
    await kept.open_account([10_000, 10_000], autopay=True, prepayments=True)
    await kept.open_invoice(3, 9_000, account={"order_id": "o-1", "order_number": "HP-O-1"})
    await kept.open_invoice(4, 9_000, account={"order_id": "o-1", "order_number": "HP-O-1"})
    await kept.open_invoice(9, 5_000, account_id="somebody-else")
    await kept.on_file()
    await kept.pay(1)
    lists = BillingLists(kept.store)
    rows = await lists.statement_rows(COMPANY, ACCOUNT, None, date(2026, 12, 31))
    assert [row.number for row in rows] == ["HP-0001", "HP-0002", "HP-0003", "HP-0004"]
    assert await lists.statement_rows(COMPANY, ACCOUNT, date(2026, 12, 1), date(2027, 1, 1)) == []
    due = await lists.open_rows(COMPANY, ACCOUNT)
    assert [(row.number, row.order_id, row.payable, row.held) for row in due] == [
        ("HP-0002", None, True, False),
        ("HP-0003", "o-1", True, False),
        ("HP-0004", "o-1", True, False),
    ]
    assert {row.inspection_id for row in due} == {"job-2", "job-3", "job-4"}
    assert await lists.open_rows("other", ACCOUNT) == []
    both = [ACCOUNT, "somebody-else"]
    assert [m.method_id for m in await lists.methods_of_accounts(COMPANY, both)] == ["pm-1"]
    assert await lists.methods_of_accounts("other", both) == []
    assert await lists.autopays(COMPANY, both) == []
    assert [b.inspection_id for b in await lists.order_bills(COMPANY, "o-1")] == ["job-3", "job-4"]
    assert [a.attempt_id for a in await lists.account_payments(COMPANY, ACCOUNT, 10)] == ["apay-1"]
    assert await lists.prepayments(COMPANY) == []
    assert [m.method_id for m in await lists.methods(COMPANY, ACCOUNT)] == ["pm-1"]
    assert not (await lists.autopay(COMPANY, ACCOUNT)).enrolled
    assert (await lists.account(COMPANY, ACCOUNT)).name == "Alder Holdings"
    assert [a.account_id for a in await lists.accounts(COMPANY, 10)] == [ACCOUNT]
    for asked, refusal in (
        (lists.account("other", ACCOUNT), AccountNotFoundError),
        (lists.order_bills("other", "o-1"), OrderNotFoundError),
        (lists.run("other", "run-1"), ChargeRunNotFoundError),
    ):
        with pytest.raises(refusal):
            await asked


async def test_papers_of_an_account_say_what_they_should(kept):
    await kept.open_account([10_000], prepayments=True)
    order = {"order_id": "o-1", "order_number": "HP-O-1"}
    await kept.open_invoice(3, 9_000, account=order)
    await kept.open_invoice(4, 8_000, account={**order, "site_line": "7 Second St, Bend"})
    paid = await kept.pay(1, 3)
    lists, printer = BillingLists(kept.store), TypstPrinter(kept.store)
    bills = await lists.order_bills(COMPANY, "o-1")
    account = await lists.account(COMPANY, ACCOUNT)
    today = date(2027, 1, 20)
    statement = await told(lists, today)
    papers = {
        "parent": await printer.order(bills, a_company()),
        "receipt": await printer.account_receipt(paid, a_company()),
        "statement": await printer.statement(account, statement, company=a_company()),
    }
    words = {
        name: " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
        for name, pdf in papers.items()
    }
    for word in ("HP-O-1", "HP-0003", "HP-0004", "7 Second St", "$170.00", "$80.00", "Alder"):
        assert word in words["parent"], word
    for word in ("R-01001", "$190.00", "HP-0001", "HP-0003", "Visa ending 4242"):
        assert word in words["receipt"], word
    for word in ("Alder Holdings", "31-60 days", "$80.00", "HP-0001", "HP-0004"):
        assert word in words["statement"], word
    for word in ("Opening balance", "Payment R-01001", "$190.00", "Closing balance"):
        assert word in words["statement"], word


async def told(lists, until):
    """The statement of the account as a page would make it."""
    rows = await lists.every_row(COMPANY, ACCOUNT)
    found = account_statement(
        await lists.ledger_of(COMPANY, ACCOUNT, [row.invoice_id for row in rows]),
        rows,
        ACCOUNT,
        since=None,
        until=until,
        time_zone="America/Los_Angeles",
        currency="USD",
    )
    paid_by = await lists.paid_by(COMPANY, found.payment_ids, "America/Los_Angeles")
    return replace(found, paid_by=paid_by)


async def test_the_ledger_of_an_account_is_all_its_own_and_nobody_elses(kept, monkeypatch):
    monkeypatch.setattr("services.billing.adapters.account_ledger._NAMES_AT_ONCE", 2)
    await kept.open_account([10_000, 9_000], prepayments=True)
    await kept.open_invoice(9, 5_000, account_id="somebody-else")
    await kept.pay(1, 2)
    await kept.open_invoice(3, 4_000)
    await kept.receive_cash(1_000, invoice_id="inv-3")
    wish = kept.wish(
        invoice_ids=None, prepay_cents=500, amount_cents=500, attempt_id="apay-2", kind=Method.BANK
    )
    started = await kept.start(wish)
    kept.gateway.pay_by_bank(started)
    await kept.refresh(started)
    lists = BillingLists(kept.store)
    statement = await told(lists, date(2027, 1, 20))
    moves = [(m.words, statement.number_of(m), m.cents) for m in statement.moves]
    assert sorted(moves) == [
        ("Invoice", "HP-0001", 10_000),
        ("Invoice", "HP-0002", 9_000),
        ("Invoice", "HP-0003", 4_000),
        ("Payment", "R-01001", -19_000),
        ("Payment", "R-01002", -1_000),
    ]
    assert statement.closing_cents == statement.ages.total_cents == 3_000
    assert {said.method_label for said in statement.paid_by.values()} == {
        "Visa ending 4242",
        "Cash",
    }
    assert await lists.every_row("other", ACCOUNT) == []
    assert await lists.ledger_of("other", ACCOUNT, ["inv-1"]) == []
    assert await lists.paid_by("other", ["apay-1", "cash-1"], "UTC") == {}
