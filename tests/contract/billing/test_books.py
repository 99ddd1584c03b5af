"""What billing relies on from its books, asked of the ones in memory and of MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from pymongo.errors import WriteError

from services.billing.adapters import mongo_books, mongo_event_inbox
from services.billing.adapters.lists import BillingLists
from services.billing.adapters.mongo_books import MongoBooks
from services.billing.adapters.mongo_event_inbox import MongoEventInbox
from services.billing.adapters.typst_printer import TypstPrinter, typeset_beside
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.listing import InvoiceQuery
from services.billing.domain.provider import Hint
from services.billing.domain.refusals import (
    AttemptNotFoundError,
    InvoiceNotFoundError,
    PaperUnavailableError,
    PaymentNotFoundError,
    RefundTooLargeError,
)
from services.billing.usecases.check_books import check_books
from services.billing.usecases.ports import StoredEvent
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.billing_examples import COMPANY, NOON
from tests.unit.billing.conftest import Office


async def fresh_store(mongo: str) -> Store:
    it = Store(mongo, f"test_{uuid4().hex[:12]}")
    collections = (*mongo_books.COLLECTIONS, *mongo_event_inbox.COLLECTIONS)
    await it.ensure((OUTBOX, IDEMPOTENCY, *collections))
    return it


@pytest.fixture
async def store(mongo: str) -> AsyncIterator[Store]:
    it = await fresh_store(mongo)
    yield it
    await it.close()


@pytest.fixture(params=["memory", "mongo"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    it = Office()
    if request.param == "memory":
        await it.open()
        yield it
        return
    store = await fresh_store(request.getfixturevalue("mongo"))
    it.books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
    await it.open()
    yield it
    await store.close()


async def bill_of(office: Office) -> Bill:
    return await office.books.write(lambda books: books.bill_of(COMPANY, "invoice-client"))


async def attempt_of(office: Office, attempt: Attempt) -> Attempt:
    return await office.books.write(lambda books: books.attempt(COMPANY, attempt.attempt_id))


async def test_what_is_kept_comes_back_as_it_was(office):
    attempt = await office.checkout()
    assert await attempt_of(office, attempt) == replace(
        attempt, revision=(await attempt_of(office, attempt)).revision
    )
    bill = await bill_of(office)
    assert bill.client_invoice.reservation.attempt_id == attempt.attempt_id
    assert bill.booking.starts_on.isoformat() == "2026-12-01"
    assert bill.client_invoice.payer.role_label == "Client"


async def test_a_whole_life_of_money_agrees_with_its_ledger(office):
    attempt = await office.checkout()
    office.gateway.decline(attempt)
    await office.refresh(attempt)
    office.gateway.pay_by_card(attempt)
    await office.refresh(attempt)
    await office.refund(attempt.attempt_id, 17_500, with_credit=True)
    await office.refund(attempt.attempt_id, 10_000, key="r2")
    office.gateway.dispute(attempt)
    await office.refresh(attempt)
    bill = await bill_of(office)
    assert (bill.total_cents, bill.paid_cents, bill.balance_cents) == (62_500, 52_500, 10_000)
    assert await check_books(books=office.books) == []


async def test_forty_clicks_at_once_are_one_attempt(office):
    done = await asyncio.gather(*(office.checkout(key=f"k{n}") for n in range(40)))
    assert len({attempt.url for attempt in done}) == 1
    assert len(office.gateway.opened) == 1


async def test_refunds_at_the_same_moment_never_exceed_the_payment(office):
    attempt = await office.paid_by_card()
    done = await asyncio.gather(
        *(office.refund(attempt.attempt_id, 30_000, key=f"r{n}") for n in range(5)),
        return_exceptions=True,
    )
    refused = [answer for answer in done if isinstance(answer, RefundTooLargeError)]
    assert len(refused) == 3
    assert office.gateway.charged_cents == 20_000
    assert await check_books(books=office.books) == []


async def test_the_same_news_at_the_same_moment_is_booked_once(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    await asyncio.gather(*(office.refresh(attempt) for _ in range(8)))
    assert (await bill_of(office)).paid_cents == 80_000
    assert await check_books(books=office.books) == []


async def test_a_write_that_fails_leaves_nothing(office):
    async def half(books):
        await books.next_number(COMPANY, "receipt")
        bill = await books.bill_of(COMPANY, "invoice-client")
        await books.keep_bill(bill, replace(bill, revision=bill.revision + 1))
        raise InvoiceNotFoundError

    before = await bill_of(office)
    with pytest.raises(InvoiceNotFoundError):
        await office.books.write(half)
    assert await bill_of(office) == before
    assert await office.books.write(lambda books: books.next_number(COMPANY, "receipt")) == 1


async def test_receipt_numbers_are_gap_free_under_load(office):
    await asyncio.gather(*(office.receive_cash(1_000, payment_id=f"cash-{n}") for n in range(12)))
    numbers = sorted(p.receipt_number for p in (await bill_of(office)).client_invoice.payments)
    assert numbers == [f"R-{1001 + n:05d}" for n in range(12)]


async def test_another_companys_things_are_not_there(office):
    attempt = await office.paid_by_card()
    for look in (
        lambda books: books.bill_of("other", "invoice-client"),
        lambda books: books.attempt("other", attempt.attempt_id),
        lambda books: books.bill_paid_by("other", attempt.attempt_id),
    ):
        refusals = (InvoiceNotFoundError, AttemptNotFoundError, PaymentNotFoundError)
        with pytest.raises(refusals):
            await office.books.write(look)


async def test_what_is_due_is_found(office):
    attempt = await office.checkout()
    assert await office.books.due_attempts(office.clock(), 10) == []
    later = office.clock() + timedelta(hours=1)
    [due] = await office.books.due_attempts(later, 10)
    assert due.attempt_id == attempt.attempt_id


async def test_the_service_reads_its_lists_from_flat_copies(store):
    it = Office()
    it.books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
    await it.open()
    lists = BillingLists(store)
    [row] = (await lists.invoices(COMPANY, InvoiceQuery(words="alder"))).rows
    assert (row.number, row.balance_cents, row.status) == ("HP-3107", 80_000, "open")
    assert (await lists.invoices(COMPANY, InvoiceQuery(status="paid"))).rows == ()
    assert (await lists.invoices("other", InvoiceQuery())).rows == ()
    assert (await lists.invoices(COMPANY, InvoiceQuery(words=".*"))).rows == ()
    await it.paid_by_card()
    totals = await lists.totals(COMPANY)
    assert totals[InvoiceStatus.PAID].count == 1


async def test_a_paper_is_set_once_for_each_state_of_the_bill(store):
    it = Office()
    it.books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
    await it.open()
    printer = TypstPrinter(store)
    bill = await bill_of(it)
    first = await printer.invoice(bill, bill.client_invoice, None)
    assert first.startswith(b"%PDF-")
    assert await printer.invoice(bill, bill.client_invoice, None) == first
    assert await store["documents"].count_documents({}) == 1
    await it.receive_cash(30_000)
    bill = await bill_of(it)
    [payment] = bill.client_invoice.payments
    assert (await printer.receipt(bill, bill.client_invoice, payment, None)).startswith(b"%PDF-")
    assert await printer.invoice(bill, bill.client_invoice, None) != first


async def test_a_paper_that_cannot_be_set_is_an_answer_not_a_crash():
    with pytest.raises(PaperUnavailableError):
        await typeset_beside("nothing.typ", {})


@pytest.mark.parametrize(
    "legs",
    [
        [{"account": "a", "cents": 5}, {"account": "b", "cents": -4}],
        [{"account": "a", "cents": 0.5}, {"account": "b", "cents": -0.5}],
        [{"account": "a", "cents": 0}],
        [],
    ],
)
async def test_the_database_itself_refuses_an_entry_that_does_not_balance(store, legs):
    row = {"_id": "x", "company_id": "c", "currency": "USD", "kind": "k", "at": NOON, "legs": legs}
    with pytest.raises(WriteError):
        await store["ledger"].insert_one(row)


async def test_a_provider_event_is_stored_once_and_worked_off_in_order(store):
    inbox = MongoEventInbox(store)
    hint = Hint(
        event_id="evt_1",
        kind="payment_intent.succeeded",
        account=None,
        live=False,
        created_at=NOON,
        attempt_id="a",
        session_id=None,
        payment_intent_id=None,
    )
    event = StoredEvent(event_id="evt_1", hint=hint, body="{}")
    assert await inbox.keep(event)
    assert not await inbox.keep(event)
    soon = NOON + timedelta(days=3650)
    assert await inbox.waiting(soon, 10) == [event]
    await inbox.later("evt_1", soon, "not yet")
    [again] = await inbox.waiting(soon, 10)
    assert again.tries == 1
    await inbox.done("evt_1", "applied")
    assert await inbox.waiting(soon, 10) == []
    await inbox.move_cursor(None, NOON)
    assert await inbox.cursor(None) == NOON
    assert await inbox.cursor("acct_1") is None
