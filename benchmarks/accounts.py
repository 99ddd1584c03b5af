"""Make a payment and billing history of one account while the database around it grows.

The account has 100 open invoices and 100 payments at every size; the rest belongs to others. Then
the account itself has 10,000 open invoices and as many payments. Rows are inserted directly, in a
database of their own. Beside the times stand the CPU and how much the database had to read.
"""

import asyncio
from datetime import UTC, date, datetime, timedelta

from benchmarks.cost import Ask, cost, growth, most_read
from benchmarks.goals import Goal
from benchmarks.stand import Stand, backing, keep, machine
from deploy.product import OPERATOR
from services.portal.adapters.mongo_account_rows import COLLECTIONS
from services.portal.adapters.mongo_accounts import MongoAccounts
from services.portal.domain.account_rows import HISTORY, INVOICES
from services.portal.usecases.ports_accounts import Account
from services.portal.usecases.show_open_invoices import show_open_invoices
from shared.mongo import Document, Store

DATABASE = "portal_benchmark"
SIZES = (100, 10_000, 1_000_000)
OURS = Account("company-1", "account-1")
BIG = Account("company-1", "account-big")
BIG_COUNT = 10_000
OF_ANOTHER = 50
"""Invoices of every other account."""
CHUNK = 10_000
ROUNDS = 40
GOAL = 1.5
"""The page may cost at most this much more at the largest size than at the middle one."""
TODAY = date(2026, 11, 21)


def invoice(account_id: str, number: int) -> Document:
    """An open invoice as the projector writes it."""
    multi = number % 2 == 0
    issued = date(2024, 1, 1) + timedelta(days=number % 900)
    return {
        "_id": f"{account_id}-{number}",
        "company_id": OURS.company_id,
        "revision": 1,
        "account_id": account_id,
        "invoice_id": f"{account_id}-{number}",
        "number": f"N-{number:07}",
        "kind": "multi" if multi else "single",
        "open": True,
        "status": "open",
        "gate": "open",
        "issued_on": issued.isoformat(),
        "due_on": (issued + timedelta(days=30)).isoformat(),
        "currency": "USD",
        "total_cents": 10_000,
        "paid_cents": 0,
        "processing_cents": 0,
        "balance_cents": 10_000,
        "credit_cents": 0,
        "order_id": f"{account_id}-o{number // 20}" if multi else "",
        "order_number": f"O-{number // 20}" if multi else "",
        "site_line": "900 Bond St, Bend",
        "what": "Backflow test",
    }


def payment(account_id: str, number: int) -> Document:
    """A payment as the projector writes it."""
    return {
        "_id": f"{account_id}-p{number}",
        "company_id": OURS.company_id,
        "revision": 1,
        "account_id": account_id,
        "entry_id": f"{account_id}-p{number}",
        "at": datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=number),
        "status": "succeeded",
        "amount_cents": 10_000,
        "refunded_cents": 0,
        "prepayment_cents": 0,
        "currency": "USD",
        "method_label": "Visa ending 4242",
        "receipt_number": f"R-{number}",
        "reason": "",
        "allocations": [],
        "account_payment_id": f"{account_id}-p{number}",
        "origin": "customer",
    }


async def grow(store: Store, begin: int, end: int) -> None:
    """Add other accounts' invoices, and a payment for every fifth, until there are `end`."""
    for start in range(begin, end, CHUNK):
        numbers = range(start, min(start + CHUNK, end))
        invoices = [invoice(f"other-{number // OF_ANOTHER}", number) for number in numbers]
        await store[INVOICES.name].insert_many(invoices, ordered=False)
        payments = [payment(f"other-{number // OF_ANOTHER}", number) for number in numbers[::5]]
        await store[HISTORY.name].insert_many(payments, ordered=False)


async def measure(stand: Stand, store: Store, of: Account) -> dict[str, dict[str, float]]:
    """What the two pages ask the database."""
    accounts = MongoAccounts(store)
    pages: dict[str, Ask] = {
        "make a payment, single-site": lambda: show_open_invoices(
            of, "single", (), None, accounts=accounts, today=TODAY
        ),
        "make a payment, multi-site": lambda: show_open_invoices(
            of, "multi", (), None, accounts=accounts, today=TODAY
        ),
        "billing history": lambda: accounts.history(of, None, 26),
    }
    assert await pages["billing history"](), "there is nothing to measure"
    return {name: await cost(stand, store, [ask] * ROUNDS) for name, ask in pages.items()}


async def measured(stand: Stand) -> dict[str, dict[str, dict[str, float]]]:
    """The times at each size, then of the account with many invoices."""
    store = Store(stand.mongo_url(OPERATOR), DATABASE)
    found = {}
    try:
        await store.ensure(COLLECTIONS)
        await store[INVOICES.name].insert_many([invoice("account-1", n) for n in range(100)])
        await store[HISTORY.name].insert_many([payment("account-1", n) for n in range(100)])
        begin = 100
        for size in SIZES:
            await grow(store, begin, size)
            begin = size
            found[f"{size:,} in the database"] = await measure(stand, store, OURS)
        rows = [invoice(BIG.account_id, n) for n in range(BIG_COUNT)]
        await store[INVOICES.name].insert_many(rows, ordered=False)
        rows = [payment(BIG.account_id, n) for n in range(BIG_COUNT)]
        await store[HISTORY.name].insert_many(rows, ordered=False)
        found[f"{BIG_COUNT:,} on the account"] = await measure(stand, store, BIG)
    finally:
        for table in (INVOICES, HISTORY):
            await store[table.name].drop()
        await store.close()
    return found


def main() -> list[Goal]:
    """Measure in a database of its own."""
    described = machine()
    with backing() as stand:
        found = asyncio.run(measured(stand))
    middle, largest = (found[f"{size:,} in the database"] for size in SIZES[1:])
    grown = {page: growth(middle[page], largest[page]) for page in middle}
    around = f"{SIZES[2]:,} to {SIZES[1]:,} invoices in the database"
    goals = [
        Goal(f"{page}: keys and documents read, {around}", most_read(ratio), GOAL)
        for page, ratio in grown.items()
    ]
    keep("accounts", {"machine": described, "pages": found, "growth": grown}, goals)
    return goals
