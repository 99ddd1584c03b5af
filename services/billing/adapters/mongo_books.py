"""Billing's books in MongoDB: one document per bill, everything of one write in one transaction."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.billing.adapters import mongo_account_books
from services.billing.adapters.account_retelling import told_of_accounts
from services.billing.adapters.mongo_account_books import (
    ATTEMPT_INDEXES,
    INVOICE_INDEXES,
    OvertakenError,
)
from services.billing.adapters.mongo_open_books import MongoOpenBooks
from services.billing.adapters.mongo_shapes import attempt_value, bill_value, value
from services.billing.domain.attempt import Attempt
from services.billing.domain.bill import Bill
from services.billing.domain.charge_run import ChargeRun, RunStatus
from services.billing.domain.company import Settings
from services.billing.domain.methods import SavedMethod, Setup
from services.billing.domain.provider import Hint
from services.billing.domain.refund import Refund, RefundState
from services.billing.usecases.ports import OpenBooks
from shared.contracts.event import Event
from shared.idempotency import IdempotencyKeys
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Session, Store

T = TypeVar("T")

_ZERO_SUM = {"$eq": [{"$sum": "$legs.cents"}, 0]}
_LEDGER_SHAPE = {
    "bsonType": "object",
    "required": ["_id", "company_id", "currency", "kind", "legs", "at"],
    "properties": {
        "_id": {"bsonType": "string"},
        "legs": {
            "bsonType": "array",
            "minItems": 2,
            "items": {
                "bsonType": "object",
                "required": ["account", "cents"],
                "properties": {
                    "account": {"bsonType": "string"},
                    "cents": {"bsonType": ["int", "long"]},
                },
            },
        },
    },
}

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "bills",
        indexes=(
            IndexModel([("invoice_ids", ASCENDING)], name="invoice", unique=True),
            IndexModel([("payment_ids", ASCENDING)], name="payment"),
            IndexModel([("company_id", ASCENDING), ("number", ASCENDING)], name="number"),
        ),
    ),
    Collection(
        "invoices",
        indexes=(
            IndexModel([("company_id", 1), ("number", 1)], name="number", unique=True),
            IndexModel([("company_id", 1), ("sort", DESCENDING)], name="newest"),
            IndexModel([("company_id", 1), ("status", 1), ("sort", DESCENDING)], name="status"),
            IndexModel([("inspection_id", 1)], name="inspection"),
            *INVOICE_INDEXES,
            IndexModel([("company_id", 1), ("issued_on", 1)], name="issued"),
            IndexModel([("company_id", 1), ("payer_key", 1), ("sort", DESCENDING)], name="payer"),
        ),
    ),
    Collection(
        "attempts",
        indexes=(
            IndexModel([("next_check_at", 1)], name="due"),
            IndexModel([("company_id", 1), ("inspection_id", 1)], name="inspection"),
            IndexModel([("session_id", 1)], name="session"),
            IndexModel([("payment_intent_id", 1)], name="payment_intent"),
            *ATTEMPT_INDEXES,
        ),
    ),
    Collection(
        "ledger",
        indexes=(
            IndexModel([("company_id", 1), ("at", 1)], name="time"),
            IndexModel([("legs.account", 1)], name="account"),
        ),
        validator={"$and": [{"$jsonSchema": _LEDGER_SHAPE}, {"$expr": _ZERO_SUM}]},
    ),
    Collection(
        "refunds",
        indexes=(
            IndexModel([("company_id", 1), ("payment_id", 1)], name="payment"),
            IndexModel([("company_id", 1), ("attempt_id", 1)], name="attempt"),
            IndexModel([("provider_refund_id", 1)], name="provider"),
            IndexModel([("company_id", 1), ("request_key", 1)], name="request"),
            IndexModel([("next_try_at", 1)], name="due"),
        ),
    ),
    Collection("companies"),
    Collection("settings", indexes=(IndexModel([("stripe_account_id", 1)], name="account"),)),
    Collection("counters"),
    *mongo_account_books.COLLECTIONS,
)

_TRIES = 5


class MongoBooks:
    """Everything billing remembers."""

    def __init__(self, store: Store, outbox: Outbox, keys: IdempotencyKeys) -> None:
        """The service's own store."""
        self._store = store
        self._outbox = outbox
        self._keys = keys

    def within(self, session: Session) -> OpenBooks:
        """The books inside a transaction that somebody else has opened."""
        return MongoOpenBooks(self._store, self._outbox, self._keys, session)

    async def write(self, work: Callable[[OpenBooks], Awaitable[T]]) -> T:
        """One transaction; after a conflict the work runs again on the new state."""

        async def once(session: Session) -> T:
            return await work(self.within(session))

        for _ in range(_TRIES):
            try:
                return await self._store.transaction(once)
            except (OvertakenError, DuplicateKeyError):
                continue  # somebody was faster: decide again on what is now there
        return await self._store.transaction(once)

    async def due_attempts(self, now: datetime, limit: int) -> list[Attempt]:
        query = {"next_check_at": {"$lte": now}}
        found = self._store["attempts"].find(query).sort("next_check_at", 1).limit(limit)
        return [attempt_value(row) async for row in found]

    async def due_refunds(self, now: datetime, limit: int) -> list[Refund]:
        query = {"next_try_at": {"$lte": now}, "state": RefundState.PENDING.value}
        found = self._store["refunds"].find(query).sort("next_try_at", 1).limit(limit)
        return [value(Refund, row, key="refund_id") async for row in found]

    async def attempt_behind(self, hint: Hint) -> Attempt | None:
        for query in (
            {"_id": hint.attempt_id},
            {"session_id": hint.session_id},
            {"payment_intent_id": hint.payment_intent_id},
        ):
            if any(query.values()):
                row = await self._store["attempts"].find_one(query)
                if row:
                    return attempt_value(row)
        return None

    async def accounts(self) -> list[str | None]:
        found: list[str | None] = await self._store["attempts"].distinct("account")
        return found or [None]

    async def ledger_balances(self, accounts: Sequence[str]) -> dict[str, int]:
        rows = await self._store.aggregate(
            "ledger",
            [
                {"$match": {"legs.account": {"$in": list(accounts)}}},
                {"$unwind": "$legs"},
                {"$match": {"legs.account": {"$in": list(accounts)}}},
                {"$group": {"_id": "$legs.account", "cents": {"$sum": "$legs.cents"}}},
            ],
        )
        return {row["_id"]: row["cents"] for row in rows}

    async def ledger_sum(self) -> int:
        rows = await self._store.aggregate(
            "ledger",
            [{"$unwind": "$legs"}, {"$group": {"_id": None, "cents": {"$sum": "$legs.cents"}}}],
        )
        return int(rows[0]["cents"]) if rows else 0

    async def every_bill(self) -> AsyncIterator[Bill]:
        async for row in self._store["bills"].find({}).sort("_id", 1):
            yield bill_value(row)

    async def bills(self, company_id: str) -> AsyncIterator[Bill]:
        async for row in self._store["bills"].find({"company_id": company_id}).sort("_id", 1):
            yield bill_value(row)

    async def running_runs(self) -> list[ChargeRun]:
        found = self._store["charge_runs"].find({"status": RunStatus.RUNNING.value})
        return [value(ChargeRun, row, key="run_id") async for row in found]

    async def setup_behind(self, setup_id: str) -> Setup | None:
        row = await self._store["method_setups"].find_one({"_id": setup_id})
        return value(Setup, row, key="setup_id") if row else None

    async def method_behind(self, method_id: str) -> SavedMethod | None:
        row = await self._store["payment_methods"].find_one({"_id": method_id})
        return value(SavedMethod, row, key="method_id") if row else None

    async def methods_to_detach(self, limit: int) -> list[SavedMethod]:
        query = {"removed": True, "detached": False}
        found = self._store["payment_methods"].find(query).limit(limit)
        return [value(SavedMethod, row, key="method_id") async for row in found]

    async def automatic_companies(self) -> list[Settings]:
        found = self._store["settings"].find({"portal.autopay_on_due_date": True})
        return [value(Settings, row, key="company_id") async for row in found]

    async def account_news(self, company_id: str) -> AsyncIterator[Sequence[Event]]:
        async for news in told_of_accounts(self._store, company_id):
            yield news
