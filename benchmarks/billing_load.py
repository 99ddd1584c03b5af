"""Open invoices of account customers as billing keeps them, written straight into its database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from services.billing.adapters.mongo_shapes import (
    bill_document,
    document,
    entry_document,
    invoice_document,
)
from services.billing.domain.bill import Bill, opened
from services.billing.domain.company import Company, Settings
from services.billing.domain.ledger import Book, receivable
from services.billing.domain.methods import Autopay
from shared.mongo import Document, Store
from tests.support.billing_account_fakes import an_account, of_account
from tests.support.billing_examples import COMPANY, a_booking, a_company, a_line

CENTS = 10_000
FIRST_DAY = date(2024, 1, 1)
WRITTEN = datetime(2024, 1, 1, tzinfo=UTC)
TOGETHER = 100
"""Invoices of one payment in the ledger."""
CHUNK = 5_000
_BOOK = Book(company_id=COMPANY, currency="USD")


def invoice_id(account_id: str, number: int) -> str:
    """The one `add` gives to an account's invoice of that number."""
    return f"{account_id}-{number}"


async def add(store: Store, invoices: Iterable[tuple[str, int]]) -> None:
    """Open invoices, by account and number: the bill, its flat copy, the charge in the ledger."""
    left = iter(invoices)
    while some := list(islice(left, CHUNK)):
        bills = [_bill(*one) for one in some]
        flat = [invoice_document(bill, bill.client_invoice) for bill in bills]
        await store["bills"].insert_many([bill_document(bill) for bill in bills], ordered=False)
        await store["invoices"].insert_many(flat, ordered=False)
        await store["ledger"].insert_many([_charge(bill) for bill in bills], ordered=False)


async def add_payments(store: Store, account_id: str, numbers: range) -> None:
    """Account payments in the ledger, each over a hundred of these invoices."""
    entries, attempts = [], []
    for start in range(numbers.start, numbers.stop, TOGETHER):
        paid = range(start, min(start + TOGETHER, numbers.stop))
        name = f"{account_id}-p{start}"
        parts = [(receivable(invoice_id(account_id, number)), CENTS) for number in paid]
        at = WRITTEN + timedelta(days=start % 900)
        entries.append(entry_document(_BOOK.paid(name, "stripe", parts), at))
        attempts.append(_paid(account_id, name, at))
    await store["ledger"].insert_many(entries, ordered=False)
    await store["attempts"].insert_many(attempts, ordered=False)


async def settle_in(store: Store, account_ids: list[str], enrolled: list[str]) -> None:
    """The company, its accounts, and who of them is in autopay."""
    await store["companies"].insert_one(document(Company, a_company(), key="company_id"))
    settings = Settings(company_id=COMPANY)
    await store["settings"].insert_one(document(Settings, settings, key="company_id"))
    accounts = [an_account(account_id) for account_id in account_ids]
    rows = [document(type(one), one, key="account_id") for one in accounts]
    await store["accounts"].insert_many(rows)
    await store["autopay"].insert_many([_enrolled(account_id) for account_id in enrolled])


def _bill(account_id: str, number: int) -> Bill:
    booking = replace(
        a_booking(lines=(a_line("visit", CENTS),), account=of_account(account_id)),
        number=f"{account_id}-{number:07}",
    )
    return opened(
        company_id=COMPANY,
        inspection_id=f"{account_id}-job-{number}",
        invoice_id=invoice_id(account_id, number),
        booking=booking,
        issued_on=FIRST_DAY + timedelta(days=number % 900),
    )


def _charge(bill: Bill) -> Document:
    invoice = bill.client_invoice
    entry = _BOOK.charged(invoice.invoice_id, 1, invoice.total_cents)
    return entry_document(entry, datetime.combine(invoice.issued_on, WRITTEN.time(), UTC))


def _paid(account_id: str, name: str, at: datetime) -> Document:
    """As much of an attempt as a statement reads."""
    return {
        "_id": name,
        "company_id": COMPANY,
        "account_id": account_id,
        "receipt_number": f"R-{name}",
        "method_label": "Visa ending 4242",
        "paid_at": at,
    }


def _enrolled(account_id: str) -> Document:
    autopay = Autopay(account_id=account_id, company_id=COMPANY, enrolled=True, enrolled_at=WRITTEN)
    return document(Autopay, autopay, key="account_id")
