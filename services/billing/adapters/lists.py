"""What staff look through: read straight from the flat copies, never used for a decision."""

import re
from typing import Any

from services.billing.adapters.account_lists import AccountLists
from services.billing.adapters.mongo_shapes import attempt_value, bill_value, value
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.company import Company, Settings
from services.billing.domain.listing import (
    PAGE_SIZE,
    InvoicePage,
    InvoiceQuery,
    InvoiceRow,
    StatusTotal,
)
from services.billing.domain.refund import Refund
from services.billing.domain.refusals import (
    BillNotFoundError,
    InvoiceNotFoundError,
    PaymentNotFoundError,
)
from shared.mongo import Store


class BillingLists(AccountLists):
    """Queries of one company each."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def bill(self, company_id: str, inspection_id: str) -> Bill:
        """Raises BillNotFoundError."""
        query = {"_id": inspection_id, "company_id": company_id}
        row = await self._store["bills"].find_one(query)
        if row is None:
            raise BillNotFoundError
        return bill_value(row)

    async def bill_of_invoice(self, company_id: str, invoice_id: str) -> Bill:
        """Raises InvoiceNotFoundError."""
        query = {"invoice_ids": invoice_id, "company_id": company_id}
        row = await self._store["bills"].find_one(query)
        if row is None:
            raise InvoiceNotFoundError
        return bill_value(row)

    async def bill_of_payment(self, company_id: str, payment_id: str) -> Bill:
        """Raises PaymentNotFoundError."""
        query = {"payment_ids": payment_id, "company_id": company_id}
        row = await self._store["bills"].find_one(query)
        if row is None:
            raise PaymentNotFoundError
        return bill_value(row)

    async def invoices(self, company_id: str, query: InvoiceQuery) -> InvoicePage:
        """One page of the company's invoices."""
        wanted: dict[str, Any] = {"company_id": company_id}
        if query.status:
            wanted["status"] = query.status
        if query.inspection_id:
            wanted["inspection_id"] = query.inspection_id
        if query.words:
            wanted["search"] = {"$regex": re.escape(query.words.casefold())}
        if query.after:
            wanted["sort"] = {"$lt": query.after}
        found = self._store["invoices"].find(wanted).sort("sort", -1).limit(query.limit + 1)
        rows = [row async for row in found]
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        return InvoicePage(
            rows=tuple(value(InvoiceRow, row, key="invoice_id") for row in rows),
            next_cursor=rows[-1]["sort"] if more else None,
        )

    async def totals(self, company_id: str) -> dict[str, StatusTotal]:
        """Status -> how many invoices and how much of them is due (cents)."""
        rows = await self._store.aggregate(
            "invoices",
            [
                {"$match": {"company_id": company_id}},
                {
                    "$group": {
                        "_id": "$status",
                        "count": {"$sum": 1},
                        "due": {"$sum": "$balance_cents"},
                    }
                },
            ],
        )
        return {row["_id"]: StatusTotal(count=row["count"], due_cents=row["due"]) for row in rows}

    async def attempts(self, company_id: str, inspection_id: str) -> list[Attempt]:
        """Every try to pay for this inspection, newest first."""
        query = {"company_id": company_id, "inspection_id": inspection_id}
        found = self._store["attempts"].find(query).sort("created_at", -1).limit(PAGE_SIZE)
        return [attempt_value(row) async for row in found]

    async def refunds(self, company_id: str, inspection_id: str) -> list[Refund]:
        """Every refund of this inspection, newest first."""
        query = {"company_id": company_id, "inspection_id": inspection_id}
        found = self._store["refunds"].find(query).sort("created_at", -1).limit(PAGE_SIZE)
        return [value(Refund, row, key="refund_id") async for row in found]

    async def company(self, company_id: str) -> Company | None:
        """What scheduling told of the company."""
        row = await self._store["companies"].find_one({"_id": company_id})
        return value(Company, row, key="company_id") if row else None

    async def settings(self, company_id: str) -> Settings:
        """The billing settings, or the defaults."""
        row = await self._store["settings"].find_one({"_id": company_id})
        return value(Settings, row, key="company_id") if row else Settings(company_id=company_id)
