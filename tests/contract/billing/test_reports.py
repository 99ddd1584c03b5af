"""The report by payer, asked of the books in memory and of MongoDB's one aggregation (R53)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from pymongo import MongoClient

from services.billing.adapters.mongo_books import COLLECTIONS, MongoBooks
from services.billing.adapters.report_figures import (
    ReportFigures,
    payers_pipeline,
    report_pipeline,
    wanted_invoices,
)
from services.billing.domain.bill import Bill, opened
from services.billing.domain.booking import Person, Role
from services.billing.domain.carving import Carving, carved
from services.billing.domain.division import Share
from services.billing.domain.invoice import Payer
from services.billing.domain.ledger import place_of, receivable
from services.billing.domain.payment import Dispute, DisputeState, Method, Payment
from services.billing.domain.report import Column, Figures, Period, Report, ReportQuery
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import Sheet
from services.billing.usecases.report_by_payer import Figures as Reports
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.billing_examples import COMPANY, ELLEN, MARCUS, NOON, a_booking, a_line
from tests.support.billing_fakes import MemoryBooks
from tests.support.billing_reports import MemoryReports

TODAY = date(2026, 11, 21)
EVERYTHING = ReportQuery(company_id=COMPANY, currency="USD", today=TODAY)
OTHER = Payer(contact_id="o", name="oliver Ode", role_label="Client", email="oliver@example.com")


@dataclass
class World:
    """Books, and the report about them."""

    books: Any
    reports: Reports

    async def open(self, number: int, cents: int, days_ago: int, *, client: Payer = ELLEN) -> Bill:
        """A bill that was due so many days ago, issued ten days before."""
        due_on = TODAY - timedelta(days=days_ago)
        people = (Person(role=Role.CLIENT, payer=client), Person(role=Role.AGENT, payer=MARCUS))
        booking = a_booking(
            number=f"HP-{number}",
            lines=(a_line("home", cents),),
            people=people,
            starts_on=due_on,
        )
        bill = opened(
            company_id=COMPANY,
            inspection_id=f"inspection-{number}",
            invoice_id=f"invoice-{number}",
            booking=booking,
            issued_on=due_on - timedelta(days=10),
        )
        return await self.keep(None, bill)

    async def keep(self, before: Bill | None, after: Bill, *entries: Any) -> Bill:
        sheet = Sheet(before=before, bill=after, entries=list(entries))
        return await self.books.write(lambda books: keep_sheet(books, sheet, now=NOON))

    async def agent_pays(self, bill: Bill, cents: int) -> Bill:
        """Marcus is invoiced that much."""
        wish = Carving(
            invoice_ids=(f"{bill.client_invoice.invoice_id}-agent",),
            contact_ids=(MARCUS.contact_id,),
            share=Share(fixed_cents=cents),
            issued_on=bill.client_invoice.issued_on,
        )
        return await self.keep(bill, carved(bill, wish))

    async def pay(self, bill: Bill, invoice_id: str, cents: int, **how: Any) -> Bill:
        """Money comes, with its ledger entry."""
        given = {"method": Method.CARD, "method_label": "Visa", "settled": True, "online": True}
        payment = Payment(
            payment_id=f"{invoice_id}-{cents}", amount_cents=cents, **{**given, **how}
        )
        payment = replace(payment, paid_at=NOON)
        after = bill.with_invoice(bill.invoice(invoice_id).with_payment(payment))
        book = Sheet.of(bill).book
        owed = [(receivable(invoice_id), payment.amount_cents)]
        entry = (
            book.paid(payment.payment_id, place_of(payment), owed)
            if payment.settled
            else book.held(payment.payment_id, owed)
        )
        return await self.keep(bill, after, entry)

    async def report(self, **asked: Any) -> Report:
        return await self.reports.report(replace(EVERYTHING, **asked))

    async def receivable(self, *invoice_ids: str) -> int:
        accounts = [f"receivable:{invoice_id}" for invoice_id in invoice_ids]
        return sum((await self.books.ledger_balances(accounts)).values())


@pytest.fixture(params=["memory", "mongo"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    if request.param == "memory":
        books = MemoryBooks()
        yield World(books, MemoryReports(books))
        return
    store = Store(request.getfixturevalue("mongo"), f"test_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, IDEMPOTENCY, *COLLECTIONS))
    yield World(
        MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store)), ReportFigures(store)
    )
    await store.close()


async def a_year(world: World) -> None:
    """Five inspections in every state an invoice can be in."""
    first = await world.open(1, 80_000, days_ago=-5)
    first = await world.agent_pays(first, 30_000)
    first = await world.pay(first, "invoice-1-agent", 30_000)
    await world.pay(first, "invoice-1", 20_000, settled=False)
    second = await world.open(2, 40_000, days_ago=30)
    refunded = await world.pay(second, "invoice-2", 10_000)
    invoice = refunded.invoice("invoice-2")
    back = replace(invoice.payments[0], refunded_cents=4_000)
    await world.keep(refunded, refunded.with_invoice(invoice.with_payment(back)))
    third = await world.open(3, 50_000, days_ago=31, client=OTHER)
    third = await world.agent_pays(third, 10_001)
    dispute = Dispute(
        dispute_id="d", amount_cents=9_000, state=DisputeState.NEEDS_RESPONSE, reason="fraudulent"
    )
    await world.pay(third, "invoice-3", 9_000, disputes=(dispute,))
    await world.open(4, 60_000, days_ago=61, client=OTHER)
    fifth = await world.open(5, 70_000, days_ago=91)
    too_much = await world.pay(fifth, "invoice-5", 70_000)
    cheaper = replace(too_much.booking, lines=(a_line("home", 65_000),), revision=2)
    await world.keep(too_much, too_much.following(cheaper))


async def test_every_payer_is_summed_and_the_totals_are_the_sums(world: World):
    await a_year(world)
    report = await world.report(column=Column.PAYER, descending=False)
    rows = {(row.payer_name, row.role): row.figures for row in report.rows}
    assert [name for name, _ in rows] == ["Ellen Park", "Marcus Lee", "oliver Ode"]
    assert rows["Ellen Park", "client"] == Figures(
        invoices=3,
        invoiced_cents=155_000,
        collected_cents=76_000,
        processing_cents=20_000,
        outstanding_cents=64_000,
        refunded_cents=4_000,
        surplus_cents=5_000,
        not_due_cents=30_000,
        late_30_cents=34_000,
    )
    assert rows["Marcus Lee", "agent"] == Figures(
        invoices=2,
        invoiced_cents=40_001,
        collected_cents=30_000,
        outstanding_cents=10_001,
        late_60_cents=10_001,
    )
    assert rows["oliver Ode", "client"] == Figures(
        invoices=2,
        invoiced_cents=99_999,
        collected_cents=9_000,
        outstanding_cents=90_999,
        disputed_cents=9_000,
        late_60_cents=30_999,
        late_90_cents=60_000,
    )
    totals = report.totals
    assert report.payers == 3
    assert totals.invoices == 7
    assert totals.invoiced_cents == (
        totals.collected_cents
        + totals.processing_cents
        + totals.outstanding_cents
        - totals.surplus_cents
    )
    aged = totals.not_due_cents + totals.late_30_cents + totals.late_60_cents
    assert aged + totals.late_90_cents + totals.late_more_cents == totals.outstanding_cents


async def test_the_totals_are_the_ledgers_to_the_cent(world: World):
    bill = await world.open(1, 80_001, days_ago=3)
    bill = await world.agent_pays(bill, 33_333)
    bill = await world.pay(bill, "invoice-1-agent", 33_333)
    await world.pay(bill, "invoice-1", 11_111, settled=False)
    other = await world.open(2, 1, days_ago=3, client=OTHER)
    await world.pay(other, "invoice-2", 1, method=Method.CASH, online=False)
    totals = (await world.report()).totals
    ledger = await world.books.ledger_balances(["revenue", "stripe", "cash", "in_transit"])
    assert totals.invoiced_cents == -ledger["revenue"]
    assert totals.collected_cents == ledger["stripe"] + ledger["cash"]
    assert totals.processing_cents == ledger["in_transit"]
    receivable = await world.receivable("invoice-1", "invoice-1-agent", "invoice-2")
    assert receivable == totals.invoiced_cents - totals.collected_cents
    assert receivable == totals.outstanding_cents + totals.processing_cents - totals.surplus_cents


async def test_what_is_due_on_the_day_itself_is_not_late_and_after_ninety_days_it_is_very(
    world: World,
):
    for number, days in enumerate((0, 1, 90, 91)):
        await world.open(number, 100 * 10**number, days_ago=days)
    totals = (await world.report()).totals
    assert totals.not_due_cents == 100
    assert totals.late_30_cents == 1_000
    assert totals.late_90_cents == 10_000
    assert totals.late_more_cents == 100_000
    assert totals.overdue_cents == 111_000


async def test_filters_narrow_what_is_counted(world: World):
    await a_year(world)
    assert (await world.report(role="agent")).totals.invoiced_cents == 40_001
    assert (await world.report(status="paid")).totals.invoices == 2
    assert (await world.report(words="ODE")).payers == 1
    assert (await world.report(words=".*")).payers == 0
    assert (await world.report(company_id="another")).payers == 0
    assert (await world.report(currency="EUR")).payers == 0
    issued = TODAY - timedelta(days=41)
    only = Period(first=issued, last=issued)
    assert (await world.report(period=only)).totals.invoiced_cents == 50_000
    since = Period(first=issued + timedelta(days=1))
    assert (await world.report(period=since)).totals.invoiced_cents == 120_000


@pytest.mark.parametrize("column", list(Column))
@pytest.mark.parametrize("descending", [True, False])
async def test_pages_follow_each_other_in_every_order(world: World, column, descending):
    await a_year(world)
    asked = {"column": column, "descending": descending}
    whole = await world.report(**asked)
    found, cursor = [], ""
    while True:
        page = await world.report(**asked, limit=1, after=cursor)
        assert page.totals == whole.totals
        found.extend(page.rows)
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert tuple(found) == whole.rows
    query = replace(EVERYTHING, **asked)
    assert tuple([row async for row in world.reports.every_payer(query)]) == whole.rows


async def test_the_invoices_behind_a_row_add_up_to_it(world: World):
    await a_year(world)
    ellen = (await world.report(words="Ellen")).rows[0]
    query = replace(EVERYTHING, payer_key=ellen.payer_key, limit=2)
    first = await world.reports.invoices(query)
    second = await world.reports.invoices(replace(query, after=first.next_cursor))
    assert second.next_cursor is None
    rows = [*first.rows, *second.rows]
    assert len(rows) == ellen.figures.invoices
    assert sum(row.balance_cents for row in rows) == ellen.figures.outstanding_cents


async def test_no_question_scans_the_collection(mongo: str):
    database = f"test_{uuid4().hex[:12]}"
    store = Store(mongo, database)
    await store.ensure((OUTBOX, IDEMPOTENCY, *COLLECTIONS))
    books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
    world = World(books, ReportFigures(store))
    await a_year(world)
    await store.close()
    month = replace(EVERYTHING, period=Period(first=TODAY - timedelta(days=41), last=TODAY))
    one = replace(EVERYTHING, payer_key="k")
    with MongoClient(mongo) as client:
        for query in (
            EVERYTHING,
            month,
            replace(month, role="agent", status="open", words="x"),
            one,
        ):
            for pipeline in (report_pipeline(query), payers_pipeline(query)):
                plan = _explained(client[database], pipeline)
                assert "COLLSCAN" not in plan
                assert "IXSCAN" in plan
        behind = client[database]["invoices"].find(wanted_invoices(one)).sort("sort", -1).explain()
        assert "COLLSCAN" not in str(behind)
        assert "'stage': 'SORT'" not in str(behind["queryPlanner"]["winningPlan"])
        read = client[database].command(
            "explain",
            {"aggregate": "invoices", "pipeline": report_pipeline(month), "cursor": {}},
            verbosity="executionStats",
        )
    assert _examined(read) == 5, "only what was issued in the period is read"


def _explained(database: Any, pipeline: list[dict[str, Any]]) -> str:
    command = {"aggregate": "invoices", "pipeline": pipeline, "cursor": {}}
    return str(database.command("explain", command, verbosity="queryPlanner"))


def _examined(found: Any) -> int:
    """The most documents any stage of the plan has looked at."""
    if isinstance(found, dict):
        own = found.get("totalDocsExamined", 0)
        return max([int(own), *(_examined(inner) for inner in found.values())])
    if isinstance(found, list):
        return max([0, *(_examined(inner) for inner in found)])
    return 0
