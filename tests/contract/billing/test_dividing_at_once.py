"""Several people divide or pay one bill at the same moment, in memory and in MongoDB."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from services.billing.adapters import mongo_split_rules
from services.billing.adapters.mongo_books import MongoBooks
from services.billing.adapters.mongo_split_rules import MongoSplitRules
from services.billing.domain.booking import Person, Role
from services.billing.domain.carving import available_cents
from services.billing.domain.changing import Change
from services.billing.domain.division import Share
from services.billing.domain.invoice import Payer
from services.billing.domain.refusals import InvoicePaidError
from services.billing.domain.split_refusals import SplitRuleNotFoundError
from services.billing.domain.split_rules import SplitRule
from services.billing.usecases.add_invoice import AddInvoice, add_invoice
from services.billing.usecases.change_invoice import ChangeInvoice, change_invoice
from services.billing.usecases.check_books import check_books
from services.billing.usecases.void_invoice import void_invoice
from shared.idempotency import IdempotencyKeys
from shared.messaging.outbox import Outbox
from shared.problems import RefusalError
from tests.contract.billing import test_books
from tests.support.billing_examples import COMPANY, INSPECTION, a_booking, a_company
from tests.support.billing_rules import MemorySplitRules
from tests.unit.billing.conftest import Office

PEOPLE = tuple(
    Person(
        role=Role.ADDITIONAL,
        payer=Payer(
            contact_id=f"person-{at}", name=f"Person {at}", role_label="Insurer", email="p@e.com"
        ),
    )
    for at in range(40)
)


@pytest.fixture(params=["memory", "mongo"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    it, store = Office(), None
    if request.param == "mongo":
        store = await test_books.fresh_store(request.getfixturevalue("mongo"))
        it.books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
    await it.open(people=(*a_booking().people, *PEOPLE))

    async def allow(books):
        await books.keep_company(a_company(allow_deferred=False))

    await it.books.write(allow)
    yield it
    if store:
        await store.close()


async def bill_of(office):
    return await office.books.write(lambda books: books.bill_of(COMPANY, "invoice-client"))


def adding(office, at, share):
    command = AddInvoice(
        company_id=COMPANY,
        inspection_id=INSPECTION,
        invoice_id=f"third-{at}",
        contact_ids=(f"person-{at}",),
        share=share,
    )
    return add_invoice(command, books=office.books, clock=office.clock, own_accounts=False)


async def outcomes(*work):
    """Bills and refusals; anything else is a fault."""
    done = await asyncio.gather(*work, return_exceptions=True)
    faults = [d for d in done if isinstance(d, BaseException) and not isinstance(d, RefusalError)]
    assert faults == []
    return [d for d in done if not isinstance(d, RefusalError)]


@pytest.mark.parametrize(
    ("share", "fitting"),
    [
        (Share(fixed_cents=50_000), 1),
        (Share(fixed_cents=40_000), 2),
        (Share(basis_points=3_000), 3),
        (Share(equal_parts=3), 2),  # the client keeps the third part
        (Share(line_ids=("sewer",)), 1),
    ],
)
async def test_staff_adding_at_once_never_assign_more_than_is_unpaid(office, share, fitting):
    done = await outcomes(*(adding(office, at, share) for at in range(8)))
    bill = await bill_of(office)
    assert len(done) == len(bill.third_parties) == fitting
    assert sum(i.total_cents for i in bill.invoices) == 80_000
    assert available_cents(bill) >= 0
    assert len({i.number for i in bill.invoices}) == fitting + 1
    assert await check_books(books=office.books) == []


async def test_a_payment_and_a_new_invoice_at_once_leave_nobody_owing_twice(office):
    paying = office.receive_cash(80_000)
    done = await outcomes(paying, *(adding(office, at, Share(fixed_cents=80_000)) for at in "012"))
    bill = await bill_of(office)
    assert len(done) == 1
    assert bill.balance_cents + bill.paid_cents == 80_000
    assert bill.surplus_cents == 0


async def test_changing_voiding_and_paying_one_invoice_at_once_ends_in_one_truth(office):
    await adding(office, 1, Share(fixed_cents=30_000))
    change = ChangeInvoice(
        company_id=COMPANY,
        invoice_id="third-1",
        change=Change(share=Share(fixed_cents=60_000)),
        replacement_id="new",
    )
    work = {"books": office.books, "clock": office.clock}
    await outcomes(
        change_invoice(change, **work),
        void_invoice(company_id=COMPANY, invoice_id="third-1", **work),
        office.receive_cash(30_000, invoice_id="third-1"),
        office.receive_cash(50_000, payment_id="cash-client"),
    )
    bill = await bill_of(office)
    third = bill.invoice("third-1")
    assert not (third.voided and third.paid_cents)
    assert sum(i.total_cents for i in bill.invoices) == 80_000
    assert bill.surplus_cents == 0
    assert await check_books(books=office.books) == []


async def test_forty_people_are_invoiced_and_pay_at_once(office):
    await outcomes(*(adding(office, at, Share(fixed_cents=1_000)) for at in range(40)))
    payers = [f"third-{at}" for at in range(40)] + [f"third-{at}" for at in range(10)]
    done = await asyncio.gather(
        *(
            office.receive_cash(1_000, invoice_id=invoice_id, payment_id=f"cash-{at}")
            for at, invoice_id in enumerate(payers)
        ),
        return_exceptions=True,
    )
    refused = [d for d in done if isinstance(d, BaseException)]
    assert [type(d) for d in refused] == [InvoicePaidError] * 10
    bill = await bill_of(office)
    assert (bill.paid_cents, bill.balance_cents, bill.surplus_cents) == (40_000, 40_000, 0)
    assert await check_books(books=office.books) == []


# ---------------------------------------------------------------------------- split rules
@pytest.fixture(params=["memory", "mongo"])
async def rules(request: pytest.FixtureRequest):
    if request.param == "memory":
        yield MemorySplitRules()
        return
    store = await test_books.fresh_store(request.getfixturevalue("mongo"))
    await store.ensure(mongo_split_rules.COLLECTIONS)
    yield MongoSplitRules(store)
    await store.close()


def a_rule(rule_id, **what):
    given = {"company_id": COMPANY, "name": rule_id, "role": Role.AGENT, "fixed_cents": 5}
    return SplitRule(rule_id=rule_id, **{**given, **what})


async def test_rules_come_back_as_they_were_in_their_order(rules):
    kept = [a_rule("c", order=2), a_rule("b", order=1), a_rule("a", order=2, role_label="Insurer")]
    for rule in (*kept, kept[0]):
        await rules.keep(rule)
    assert await rules.of_company(COMPANY) == [kept[1], kept[2], kept[0]]
    await rules.keep(a_rule("c", order=0, active=False))
    assert (await rules.rule(COMPANY, "c")).active is False


async def test_another_companys_rules_are_out_of_reach(rules):
    await rules.keep(a_rule("mine"))
    await rules.remove("other", "mine")
    assert await rules.of_company("other") == []
    with pytest.raises(SplitRuleNotFoundError):
        await rules.rule("other", "mine")
    await rules.remove(COMPANY, "mine")
    await rules.remove(COMPANY, "mine")
    with pytest.raises(SplitRuleNotFoundError):
        await rules.rule(COMPANY, "mine")
