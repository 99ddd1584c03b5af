"""What staff and customers look through of one account; never used for a decision."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.billing.adapters.account_ledger import AccountLedger
from services.billing.adapters.mongo_shapes import attempt_value, bill_value, value
from services.billing.domain.account import Account
from services.billing.domain.account_refusals import (
    AccountNotFoundError,
    AccountPaymentNotFoundError,
    ChargeRunNotFoundError,
    OrderNotFoundError,
)
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.statement import StatementRow
from shared.mongo import Document

MOST_ROWS = 20_000


class AccountLists(AccountLedger):
    """Queries of one company and account each; all of them by an index."""

    async def account(self, company_id: str, account_id: str) -> Account:
        """Raises AccountNotFoundError."""
        row = await self._store["accounts"].find_one({"_id": account_id, "company_id": company_id})
        if row is None:
            raise AccountNotFoundError
        return value(Account, row, key="account_id")

    async def accounts(self, company_id: str, limit: int) -> list[Account]:
        """By name."""
        found = self._store["accounts"].find({"company_id": company_id}).sort("name", 1)
        return [value(Account, row, key="account_id") async for row in found.limit(limit)]

    async def statement_rows(
        self, company_id: str, account_id: str, since: date | None, until: date
    ) -> list[StatementRow]:
        """The account's invoices issued in that time, oldest first."""
        issued: Document = {"$lte": until.isoformat()}
        if since:
            issued["$gte"] = since.isoformat()
        query = {"company_id": company_id, "account_id": account_id, "issued_on": issued}
        found = self._store["invoices"].find({**query, "status": {"$ne": "void"}})
        rows = found.sort([("issued_on", 1), ("number", 1)]).limit(MOST_ROWS)
        return [value(StatementRow, row, key="invoice_id") async for row in rows]

    async def open_rows(self, company_id: str, account_id: str) -> list[StatementRow]:
        """Those on which something is due or on its way, oldest first."""
        query = {
            "company_id": company_id,
            "account_id": account_id,
            "status": {"$in": ["open", "processing", "deferred"]},
        }
        found = self._store["invoices"].find(query).sort("sort", 1).limit(MOST_ROWS)
        return [value(StatementRow, row, key="invoice_id") async for row in found]

    async def order_bills(self, company_id: str, order_id: str) -> list[Bill]:
        """The bills of an order's children, by number. Raises OrderNotFoundError."""
        query = {"company_id": company_id, "order_id": order_id}
        rows = self._store["invoices"].find(query, {"inspection_id": 1})
        ids = [row["inspection_id"] async for row in rows]
        if not ids:
            raise OrderNotFoundError
        found = self._store["bills"].find({"_id": {"$in": ids}, "company_id": company_id})
        return sorted([bill_value(row) async for row in found], key=lambda b: b.booking.number)

    async def account_payment(self, company_id: str, payment_id: str) -> Attempt:
        """Raises AccountPaymentNotFoundError."""
        query = {"_id": payment_id, "company_id": company_id, "account_id": {"$ne": None}}
        row = await self._store["attempts"].find_one(query)
        if row is None:
            raise AccountPaymentNotFoundError
        return attempt_value(row)

    async def account_payments(
        self, company_id: str, account_id: str, limit: int, *, before: str = ""
    ) -> list[Attempt]:
        """Newest first, behind the payment `before`."""
        query = {"company_id": company_id, "account_id": account_id}
        return await self._attempts(query, before, limit)

    async def refunds_given(self, company_id: str, attempt_ids: Sequence[str]) -> list[Refund]:
        """Those of these account payments that went through, oldest first."""
        query = {
            "company_id": company_id,
            "attempt_id": {"$in": list(attempt_ids)},
            "state": RefundState.SUCCEEDED.value,
        }
        found = self._store["refunds"].find(query).sort("created_at", 1).limit(MOST_ROWS)
        return [value(Refund, row, key="refund_id") async for row in found]

    async def prepayments(
        self,
        company_id: str,
        *,
        account_id: str = "",
        only_open: bool = False,
        before: str = "",
        limit: int = 100,
    ) -> list[Attempt]:
        """Payments of which something was paid in advance, newest first, behind `before`."""
        query: dict[str, Any] = {"company_id": company_id, "prepayment": True}
        if account_id:
            query["account_id"] = account_id
        if only_open:
            query["unapplied_cents"] = {"$gt": 0}
        return await self._attempts(query, before, limit)

    async def methods(self, company_id: str, account_id: str) -> list[SavedMethod]:
        """On file, oldest first."""
        query = {"company_id": company_id, "account_id": account_id, "removed": False}
        found = self._store["payment_methods"].find(query).sort("created_at", 1)
        return [value(SavedMethod, row, key="method_id") async for row in found]

    async def methods_of_accounts(
        self, company_id: str, account_ids: list[str]
    ) -> list[SavedMethod]:
        """The same of many accounts."""
        query = {"company_id": company_id, "account_id": {"$in": account_ids}, "removed": False}
        found = self._store["payment_methods"].find(query).sort("created_at", 1)
        return [value(SavedMethod, row, key="method_id") async for row in found]

    async def autopays(self, company_id: str, account_ids: list[str]) -> list[Autopay]:
        """The enrolments there are of these accounts."""
        query = {"_id": {"$in": account_ids}, "company_id": company_id}
        found = self._store["autopay"].find(query)
        return [value(Autopay, row, key="account_id") async for row in found]

    async def autopay(self, company_id: str, account_id: str) -> Autopay:
        """The enrolment, or that there is none."""
        row = await self._store["autopay"].find_one({"_id": account_id, "company_id": company_id})
        if row is None:
            return Autopay(account_id=account_id, company_id=company_id)
        return value(Autopay, row, key="account_id")

    async def runs(self, company_id: str, limit: int, *, before: str = "") -> list[ChargeRun]:
        """Newest first, behind the run `before`."""
        query = {"company_id": company_id}
        rows = await self._newest("charge_runs", query, "started_at", before, limit)
        return [value(ChargeRun, row, key="run_id") for row in rows]

    async def run(self, company_id: str, run_id: str) -> ChargeRun:
        """Raises ChargeRunNotFoundError."""
        row = await self._store["charge_runs"].find_one({"_id": run_id, "company_id": company_id})
        if row is None:
            raise ChargeRunNotFoundError
        return value(ChargeRun, row, key="run_id")

    async def run_items(
        self, run_id: str, *, state: str = "", after: int = -1, limit: int = 100
    ) -> list[RunItem]:
        """A run's invoices in their order, behind the position `after`."""
        query: Document = {"run_id": run_id, "position": {"$gt": after}}
        if state:
            query["state"] = state
        found = self._store["charge_run_items"].find(query).sort("position", 1).limit(limit)
        return [value(RunItem, row, key="item_id") async for row in found]

    async def _attempts(self, query: Document, before: str, limit: int) -> list[Attempt]:
        rows = await self._newest("attempts", query, "created_at", before, limit)
        return [attempt_value(row) for row in rows]

    async def _newest(
        self, collection: str, query: Document, at: str, before: str, limit: int
    ) -> list[Document]:
        """Behind the row `before`, by time and id; one the company does not have is no mark."""
        mine = {"_id": before, "company_id": query["company_id"]}
        mark = await self._store[collection].find_one(mine, {at: 1}) if before else None
        if mark:
            same = {at: mark[at], "_id": {"$lt": before}}
            query = query | {"$or": [{at: {"$lt": mark[at]}}, same]}
        found = self._store[collection].find(query).sort([(at, -1), ("_id", -1)]).limit(limit)
        return [row async for row in found]
