"""The books of account customers inside one MongoDB transaction."""

from collections.abc import Sequence
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne

from services.billing.adapters.mongo_chargeable import MongoChargeable
from services.billing.adapters.mongo_shapes import (
    attempt_value,
    bill_document,
    bill_value,
    document,
    invoice_document,
    value,
)
from services.billing.domain.account import Account
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunItem
from services.billing.domain.methods import Autopay, SavedMethod, Setup
from services.billing.domain.refund import Refund
from shared.mongo import Collection, Document

R = TypeVar("R")
_PAYABLE_FIRST = [("company_id", 1), ("account_id", 1), ("payable", 1), ("issued_on", 1)]

RECORDS: dict[type[Any], tuple[str, str]] = {
    Account: ("accounts", "account_id"),
    Autopay: ("autopay", "account_id"),
    ChargeRun: ("charge_runs", "run_id"),
    RunItem: ("charge_run_items", "item_id"),
    SavedMethod: ("payment_methods", "method_id"),
    Setup: ("method_setups", "setup_id"),
}

COLLECTIONS: tuple[Collection, ...] = (
    Collection("accounts", indexes=(IndexModel([("company_id", 1), ("name", 1)], name="name"),)),
    Collection(
        "autopay",
        indexes=(
            IndexModel(
                [("company_id", ASCENDING)],
                name="enrolled",
                partialFilterExpression={"enrolled": True},
            ),
        ),
    ),
    Collection(
        "charge_runs",
        indexes=(
            IndexModel(
                [("company_id", 1), ("started_at", DESCENDING), ("_id", DESCENDING)],
                name="by_time",
            ),
            IndexModel([("status", 1)], name="status"),
        ),
    ),
    Collection(
        "charge_run_items",
        indexes=(
            IndexModel([("run_id", 1), ("state", 1), ("position", 1)], name="state"),
            IndexModel([("run_id", 1), ("position", 1)], name="position"),
        ),
    ),
    Collection(
        "payment_methods",
        indexes=(
            IndexModel([("company_id", 1), ("account_id", 1)], name="account"),
            IndexModel([("removed", 1), ("detached", 1)], name="detach"),
        ),
    ),
    Collection("method_setups"),
)
INVOICE_INDEXES = (
    IndexModel([*_PAYABLE_FIRST, ("number", 1)], name="account_payable"),
    IndexModel(
        [("company_id", 1), ("account_id", 1), ("sort", DESCENDING)],
        name="account_newest",
    ),
    IndexModel([("company_id", 1), ("order_id", 1)], name="order"),
)
ATTEMPT_INDEXES = (
    IndexModel(
        [
            ("company_id", 1),
            ("account_id", 1),
            ("created_at", DESCENDING),
            ("_id", DESCENDING),
        ],
        name="account_by_time",
    ),
    IndexModel(
        [("company_id", 1), ("unapplied_cents", 1), ("created_at", DESCENDING)],
        name="prepayments",
        partialFilterExpression={"prepayment": True},
    ),
)


def _changed_rows(before: Bill | None, after: Bill) -> list[Document]:
    """The flat copies that are not as they were written with the bill before."""
    known = {i.invoice_id: invoice_document(before, i) for i in before.invoices} if before else {}
    rows = (invoice_document(after, invoice) for invoice in after.invoices)
    return [row for row in rows if known.get(row["_id"]) != row]


class OvertakenError(Exception):
    """Somebody wrote this document since it was read."""


class MongoAccountBooks(MongoChargeable):
    """The part of one write that is about accounts."""

    async def find(self, kind: type[R], company_id: str, key: str) -> R | None:
        collection, name = RECORDS[kind]
        query = {"_id": key, "company_id": company_id}
        found = await self._store[collection].find_one(query, session=self._session)
        return value(kind, found, key=name) if found else None

    async def keep(self, record: object) -> None:
        collection, name = RECORDS[type(record)]
        row = document(type(record), record, key=name)
        await self._store[collection].replace_one(
            {"_id": row["_id"]}, row, upsert=True, session=self._session
        )

    async def keep_all(self, records: Sequence[object]) -> None:
        if not records:
            return
        collection, name = RECORDS[type(records[0])]
        rows = [document(type(record), record, key=name) for record in records]
        await self._store[collection].bulk_write(
            [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows],
            ordered=False,
            session=self._session,
        )

    async def known_attempt(self, company_id: str, attempt_id: str) -> Attempt | None:
        query = {"_id": attempt_id, "company_id": company_id}
        found = await self._store["attempts"].find_one(query, session=self._session)
        return attempt_value(found) if found else None

    async def bills_of(self, company_id: str, invoice_ids: Sequence[str]) -> list[Bill]:
        if not invoice_ids:
            return []
        query = {"invoice_ids": {"$in": list(invoice_ids)}, "company_id": company_id}
        found = self._store["bills"].find(query, session=self._session)
        return [bill_value(row) async for row in found]

    async def keep_bills(self, changes: Sequence[tuple[Bill | None, Bill]]) -> None:
        news = [bill_document(after) for before, after in changes if before is None]
        if news:
            await self._store["bills"].insert_many(news, session=self._session)
        replaced = [
            ReplaceOne(
                {"_id": after.inspection_id, "revision": before.revision}, bill_document(after)
            )
            for before, after in changes
            if before is not None
        ]
        if replaced:
            done = await self._store["bills"].bulk_write(
                replaced, ordered=False, session=self._session
            )
            if done.matched_count != len(replaced):
                raise OvertakenError
        rows = [row for before, after in changes for row in _changed_rows(before, after)]
        if rows:
            await self._store["invoices"].bulk_write(
                [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in rows],
                ordered=False,
                session=self._session,
            )

    async def payable_invoices(self, company_id: str, account_id: str, limit: int) -> list[str]:
        query = {"company_id": company_id, "account_id": account_id, "payable": True}
        found = self._store["invoices"].find(query, {"_id": 1}, session=self._session)
        first = found.sort([("issued_on", 1), ("number", 1)]).limit(limit)
        return [row["_id"] async for row in first]

    async def methods_of(self, company_id: str, account_id: str) -> list[SavedMethod]:
        query = {"company_id": company_id, "account_id": account_id, "removed": False}
        found = self._store["payment_methods"].find(query, session=self._session)
        rows = [value(SavedMethod, row, key="method_id") async for row in found]
        return sorted(rows, key=lambda method: method.created_at)

    async def items_of(self, run_id: str, states: Sequence[str], limit: int) -> list[RunItem]:
        query = {"run_id": run_id, "state": {"$in": list(states)}}
        found = self._store["charge_run_items"].find(query, session=self._session)
        rows = found.sort("position", 1).limit(limit)
        return [value(RunItem, row, key="item_id") async for row in rows]

    async def refunds_seen_as(self, company_id: str, provider_refund_id: str) -> list[Refund]:
        query = {"provider_refund_id": provider_refund_id, "company_id": company_id}
        found = self._store["refunds"].find(query, session=self._session).sort("_id", 1)
        return [value(Refund, row, key="refund_id") async for row in found]
