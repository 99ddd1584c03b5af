"""What billing's pages list and print, in memory."""

from typing import Any

from services.billing.adapters.mongo_shapes import invoice_document, value
from services.billing.adapters.paper_words import invoice_words, receipt_words
from services.billing.adapters.typesetting import typeset
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.invoice import Invoice
from services.billing.domain.listing import InvoicePage, InvoiceQuery, InvoiceRow, StatusTotal
from services.billing.domain.payment import Payment
from services.billing.domain.refund import Refund
from services.billing.domain.refusals import BillNotFoundError
from tests.support.billing_account_lists import MemoryAccountLists
from tests.support.billing_fakes import MemoryBooks


class MemoryLists(MemoryAccountLists):
    """What staff look through, straight from the books in memory."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def bill(self, company_id: str, inspection_id: str) -> Bill:
        found = await self._books.write(lambda open_: open_.bill(company_id, inspection_id))
        if found is None:
            raise BillNotFoundError
        return found

    async def bill_of_invoice(self, company_id: str, invoice_id: str) -> Bill:
        return await self._books.write(lambda open_: open_.bill_of(company_id, invoice_id))

    async def bill_of_payment(self, company_id: str, payment_id: str) -> Bill:
        return await self._books.write(lambda open_: open_.bill_paid_by(company_id, payment_id))

    async def invoices(self, company_id: str, query: InvoiceQuery) -> InvoicePage:
        rows = [
            value(InvoiceRow, invoice_document(bill, invoice), key="invoice_id")
            for bill in self._books.state.bills.values()
            for invoice in bill.invoices
            if bill.company_id == company_id and query.status in {"", invoice.status.value}
        ]
        return InvoicePage(rows=tuple(rows[: query.limit]), next_cursor=None)

    async def totals(self, company_id: str) -> dict[str, StatusTotal]:
        page = await self.invoices(company_id, InvoiceQuery())
        found: dict[str, StatusTotal] = {}
        for row in page.rows:
            known = found.get(row.status, StatusTotal(count=0, due_cents=0))
            due_cents = known.due_cents + row.balance_cents
            found[row.status] = StatusTotal(count=known.count + 1, due_cents=due_cents)
        return found

    async def attempts(self, company_id: str, inspection_id: str) -> list[Attempt]:
        return list(self._books.state.attempts.values())

    async def refunds(self, company_id: str, inspection_id: str) -> list[Refund]:
        return list(self._books.state.refunds.values())

    async def company(self, company_id: str) -> Company | None:
        return self._books.state.companies.get(company_id)

    async def settings(self, company_id: str) -> Settings:
        return self._books.state.settings.get(company_id, Settings(company_id=company_id))


class MemoryLinks:
    """Portal, minting links."""

    def __init__(self) -> None:
        self.minted: list[tuple[str, str]] = []

    async def mint(
        self, *, company_id: str, inspection_id: str, invoice_id: str, recipient: str
    ) -> str:
        self.minted.append((invoice_id, recipient))
        return f"https://portal.example/pay/{len(self.minted)}"


class MemoryRebuilds:
    """Wishes to be told everything again."""

    def __init__(self) -> None:
        self.wishes: dict[str, str] = {}

    async def note(self, company_id: str, rebuild_id: str, session: Any) -> None:
        self.wishes[rebuild_id] = company_id

    async def next_company(self) -> tuple[str, str] | None:
        return next(iter(self.wishes.items()), None)

    async def fulfilled(self, wish_id: str) -> None:
        del self.wishes[wish_id]


class UncachedPrinter:
    """The real papers, set anew each time."""

    async def invoice(self, bill: Bill, invoice: Invoice, company: Company | None) -> bytes:
        return typeset("invoice.typ", invoice_words(bill, invoice, company))

    async def receipt(
        self, bill: Bill, invoice: Invoice, payment: Payment, company: Company | None
    ) -> bytes:
        return typeset("receipt.typ", receipt_words(bill, invoice, payment, company))
