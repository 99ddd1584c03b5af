"""What billing does for account customers, while the database around them grows.

Reserving a payment over 200 invoices (one transaction, before the processor is called), the
statement of a small and of a big account, and `Invoices to Charge` of the accounts in autopay.
"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace

from benchmarks import billing_load as load
from benchmarks.cost import Ask, cost, growth, most_read
from benchmarks.goals import Goal
from benchmarks.stand import Stand, backing, keep, machine
from deploy.product import OPERATOR
from services.billing.adapters.lists import BillingLists
from services.billing.adapters.mongo_books import COLLECTIONS, MongoBooks
from services.billing.adapters.typst_printer import TypstPrinter
from services.billing.domain.allocation import MOST_INVOICES
from services.billing.entrypoints.account_statements import statement
from services.billing.usecases.list_chargeable import list_chargeable, sums_of
from services.billing.usecases.pay_invoices import PayInvoices
from services.billing.usecases.ports import OpenBooks
from services.billing.usecases.ports_accounts import ToCharge
from services.billing.usecases.reserve_account_payment import Reserved, reserve_account_payment
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.billing_examples import COMPANY

DATABASE = "billing_benchmark"
SIZES = (10_000, 100_000)
OF_ANOTHER = 50
"""Invoices of every other account; none of these is in autopay."""
ENROLLED, OF_ENROLLED = 50, 20
"""Accounts in autopay, and the invoices of each."""
SMALL, BIG = 100, 10_000
"""Invoices of the two accounts whose statements are asked for."""
PAYMENTS = 11
"""At each size; the first is not counted."""
ROUNDS, OFTEN = 6, 40
PAGE = 100
GROWTH = 1.5
NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)


class Billing:
    """The parts of billing that are measured, on a database of their own."""

    def __init__(self, store: Store) -> None:
        self.books = MongoBooks(store, Outbox(store, "billing"), IdempotencyKeys(store))
        self._parts = SimpleNamespace(
            lists=BillingLists(store), printer=TypstPrinter(store), clock=lambda: NOW
        )
        self._paid = 0

    def reserve(self, count: int) -> Ask:
        """The next `count` invoices of the account `payer`, in one payment by card."""
        first, self._paid = self._paid, self._paid + count
        ids = [load.invoice_id("payer", number) for number in range(first, self._paid)]
        command = PayInvoices(
            company_id=COMPANY,
            account_id="payer",
            attempt_id=f"apay-{first}",
            contact_id="ann",
            payer_name="Ann Alder",
            payer_email="ann@example.com",
            amount_cents=count * load.CENTS,
            invoice_ids=tuple(ids),
        )

        async def work(books: OpenBooks) -> Reserved:
            return await reserve_account_payment(
                books, command, customer_id=None, now=NOW, own_accounts=False
            )

        return partial(self.books.write, work)

    def statement(self, account_id: str, form: str) -> Ask:
        """All its movements since the beginning, and what is open."""
        return partial(statement, self._parts, COMPANY, account_id, form=form)

    async def to_charge(self) -> object:
        """The first page of `Invoices to Charge`."""
        listed = await list_chargeable(
            company_id=COMPANY, books=self.books, asked=ToCharge(), limit=PAGE
        )
        assert len(listed.rows) == PAGE
        return listed

    async def sums_to_charge(self) -> object:
        """What is to be charged in all, by account."""
        sums = await self.books.write(sums_of(COMPANY, ToCharge()))
        assert sum(one.invoice_count for one in sums) == ENROLLED * OF_ENROLLED
        return sums


async def measure(stand: Stand, store: Store, billing: Billing) -> dict[str, dict[str, float]]:
    """Each figure is of one unit: an invoice reserved, shown in a statement, or to be charged."""
    payments = [billing.reserve(MOST_INVOICES) for _ in range(PAYMENTS)]
    asked: dict[str, tuple[list[Ask], int]] = {
        f"reserve {MOST_INVOICES} invoices": (payments, MOST_INVOICES),
        f"statement of {SMALL}, CSV": ([billing.statement("small", "csv")] * OFTEN, SMALL),
        f"statement of {BIG:,}, CSV": ([billing.statement("big", "csv")] * ROUNDS, BIG),
        f"statement of {SMALL}, PDF": ([billing.statement("small", "pdf")] * ROUNDS, SMALL),
        f"invoices to charge, {PAGE} shown": ([billing.to_charge] * OFTEN, PAGE),
        f"invoices to charge, sum of {ENROLLED * OF_ENROLLED:,}": (
            [billing.sums_to_charge] * OFTEN,
            ENROLLED * OF_ENROLLED,
        ),
    }
    return {
        name: await cost(stand, store, asks, units=units) for name, (asks, units) in asked.items()
    }


async def measured(stand: Stand) -> dict[str, dict[str, dict[str, float]]]:
    """The same work at each size of the database."""
    store = Store(stand.mongo_url(OPERATOR), DATABASE)
    enrolled = [f"enrolled-{n}" for n in range(ENROLLED)]
    found = {}
    try:
        await store.ensure((*COLLECTIONS, OUTBOX, IDEMPOTENCY))
        await load.settle_in(store, ["payer", "small", "big", *enrolled], enrolled)
        await load.add(store, _of_ours(enrolled))
        for account_id, count in (("small", SMALL), ("big", BIG)):
            await load.add_payments(store, account_id, range(0, count, 2))
        billing, begin = Billing(store), 0
        for size in SIZES:
            await load.add(store, ((f"other-{n // OF_ANOTHER}", n) for n in range(begin, size)))
            begin = size
            found[f"{size:,} of others"] = await measure(stand, store, billing)
    finally:
        await store.close()
    return found


def _of_ours(enrolled: list[str]) -> Iterator[tuple[str, int]]:
    payers = (("payer", len(SIZES) * PAYMENTS * MOST_INVOICES), ("small", SMALL), ("big", BIG))
    for account_id, count in (*payers, *((one, OF_ENROLLED) for one in enrolled)):
        yield from ((account_id, number) for number in range(count))


def _goal(name: str, ratio: dict[str, float]) -> Goal:
    around = f"{SIZES[1]:,} to {SIZES[0]:,} invoices of others"
    return Goal(f"{name}: keys and documents read, {around}", most_read(ratio), GROWTH)


def main() -> list[Goal]:
    """Measure in a database of its own."""
    described = machine()
    with backing() as stand:
        found = asyncio.run(measured(stand))
    small, large = (found[f"{size:,} of others"] for size in SIZES)
    grown = {name: growth(small[name], large[name]) for name in small}
    goals = [_goal(name, ratio) for name, ratio in grown.items()]
    keep("billing", {"machine": described, "per unit": found, "growth": grown}, goals)
    return goals
