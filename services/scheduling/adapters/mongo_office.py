"""Transactions of scheduling: records with their revision, events, idempotency, all or nothing."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, TypeVar

from pymongo.errors import BulkWriteError, DuplicateKeyError

from services.scheduling.adapters.mongo_lookups import MongoLookups
from services.scheduling.adapters.shapes import (
    ACCOUNT,
    AGREEMENT,
    COMPANY,
    CONTACT,
    INSPECTION,
    RECURRING,
    SESSION,
    SHAPES,
    STAFF,
    Shape,
)
from services.scheduling.domain.company import FIRST_NUMBER, Company
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import ChangedMeanwhileError, EmailTakenError
from services.scheduling.domain.standing import Balance, KnownInvoice
from services.scheduling.usecases.ports import Desk, Record
from shared.contracts.event import Event
from shared.crash_points import crash_point
from shared.messaging.outbox import Outbox
from shared.mongo import Session, Store

T = TypeVar("T")
RETOLD: tuple[Shape[Any], ...] = (
    COMPANY,
    STAFF,
    CONTACT,
    ACCOUNT,
    RECURRING,
    INSPECTION,
    AGREEMENT,
)
DUPLICATE_KEY = 11000
RETOLD_PER_BATCH = 200
"""Bounds one transaction well below the database's five seconds."""

Note = Callable[[object, Session], Awaitable[None]]


class MongoDesk(MongoLookups):
    """One transaction."""

    def __init__(self, store: Store, outbox: Outbox, session: Session) -> None:
        """Every read and write takes part in `session`."""
        super().__init__(store, session)
        self._outbox = outbox

    async def next_number(self, company_id: str, count: int = 1) -> int:
        counter = await self._store["counters"].find_one_and_update(
            {"_id": company_id}, {"$inc": {"next": count}}, session=self._session
        )
        return int(counter["next"])

    async def next_order_number(self, company_id: str) -> int:
        counter = await self._store["counters"].find_one_and_update(
            {"_id": company_id}, {"$inc": {"orders": 1}}, session=self._session
        )
        return int(counter.get("orders", 0)) + 1

    async def write(
        self, after: Record, *, before: Record | None = None, events: Sequence[Event] = ()
    ) -> None:
        shape = SHAPES[type(after)]
        document = shape.document(after)
        collection = self._store[shape.collection]
        try:
            if before is None:
                await collection.insert_one(document, session=self._session)
            else:
                where = {"_id": document["_id"], "revision": before.revision}
                result = await collection.replace_one(where, document, session=self._session)
                if not result.matched_count:
                    raise ChangedMeanwhileError
        except DuplicateKeyError as error:
            raise _taken(shape) from error
        if isinstance(after, Company) and before is None:
            counter = {"_id": after.company_id, "next": FIRST_NUMBER}
            await self._store["counters"].insert_one(counter, session=self._session)
        await self._outbox.add(events, self._session)

    async def add_all(self, records: Sequence[Record], events: Sequence[Event]) -> None:
        by_kind = groupby(sorted(records, key=_kind), key=_kind)
        for collection, rows in by_kind:
            documents = [SHAPES[type(row)].document(row) for row in rows]
            try:
                await self._store[collection].insert_many(documents, session=self._session)
            except BulkWriteError as error:
                raise _lost(error) from error
        await self._outbox.add(events, self._session)

    async def remember(self, fact: Balance | KnownInvoice, events: Sequence[Event] = ()) -> None:
        shape = SHAPES[type(fact)]
        document = shape.document(fact)
        collection = self._store[shape.collection]
        where = {"_id": document["_id"]}
        known = await collection.find_one(where, {"revision": 1}, session=self._session)
        if known is None or known["revision"] < fact.revision:
            await collection.replace_one(where, document, upsert=True, session=self._session)
            await self._outbox.add(events, self._session)

    async def end_sessions(self, company_id: str, staff_id: str) -> None:
        await self._store[SESSION.collection].delete_many(
            {"company_id": company_id, "staff_id": staff_id}, session=self._session
        )

    async def note_rebuild(self, rebuild_id: str) -> None:
        await self._store["rebuilds"].update_one(
            {"_id": rebuild_id},
            {"$setOnInsert": {"stage": 0, "after": "", "at": datetime.now(UTC)}},
            upsert=True,
            session=self._session,
        )


class MongoOffice:
    """Opens transactions. One made by `noting` also keeps the answer of the request."""

    def __init__(self, store: Store, note: Note | None = None) -> None:
        """`note` is called with the result, inside the transaction."""
        self._store = store
        self._note = note
        self._outbox = Outbox(store, source="scheduling")

    def noting(self, note: Note) -> "MongoOffice":
        """Return an office whose transaction also does this with its result."""
        return MongoOffice(self._store, note)

    def desk(self, session: Session) -> Desk:
        """Return the desk of a transaction somebody else opened: a consumer's."""
        return MongoDesk(self._store, self._outbox, session)

    async def transaction(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        async def everything(session: Session) -> T:
            result = await work(MongoDesk(self._store, self._outbox, session))
            if self._note is not None:
                await self._note(result, session)
            crash_point("scheduling.not-committed")
            return result

        result = await self._store.transaction(everything)
        crash_point("scheduling.committed")
        return result

    async def due_recurring(
        self, until: date, *, after: str = "", limit: int = 100
    ) -> Sequence[RecurringService]:
        where = {
            "status": "active",
            "next_on": {"$lte": until.isoformat()},
            "_id": {"$gt": after},
        }
        found = self._store[RECURRING.collection].find(where).sort("_id", 1).limit(limit)
        return [RECURRING.record(document) async for document in found]

    async def tell_next_batch(self, told: Callable[[Record, Company], Event | None]) -> bool:
        async def batch(session: Session) -> bool:
            rebuild = await self._store["rebuilds"].find_one({}, sort=[("at", 1)], session=session)
            if rebuild is None:
                return False
            shape = RETOLD[rebuild["stage"]]
            cursor = self._store[shape.collection].find(
                {"_id": {"$gt": rebuild["after"]}}, session=session
            )
            cursor = cursor.sort("_id", 1).limit(RETOLD_PER_BATCH)
            documents = [document async for document in cursor]
            records = [shape.record(document) for document in documents]
            companies = await self._companies({row.company_id for row in records}, session)
            events = [told(row, companies[row.company_id]) for row in records]
            known = [event for event in events if event is not None]
            await self._outbox.add(known, session, replayed=True)
            await self._move_on(rebuild, documents, session)
            return True

        return await self._store.transaction(batch)

    async def _companies(self, ids: set[str], session: Session) -> dict[str, Company]:
        found = self._store[COMPANY.collection].find({"_id": {"$in": sorted(ids)}}, session=session)
        return {row["_id"]: COMPANY.record(row) async for row in found}

    async def _move_on(
        self, rebuild: dict[str, Any], documents: Sequence[dict[str, Any]], session: Session
    ) -> None:
        rebuilds, where = self._store["rebuilds"], {"_id": rebuild["_id"]}
        if len(documents) == RETOLD_PER_BATCH:
            last = {"$set": {"after": documents[-1]["_id"]}}
            await rebuilds.update_one(where, last, session=session)
        elif rebuild["stage"] + 1 < len(RETOLD):
            following = {"$set": {"stage": rebuild["stage"] + 1, "after": ""}}
            await rebuilds.update_one(where, following, session=session)
        else:
            await rebuilds.delete_one(where, session=session)


def _kind(record: Record) -> str:
    return SHAPES[type(record)].collection


def _lost(error: BulkWriteError) -> Exception:
    """Somebody else has written one of them: a number, or the visit of a day."""
    codes = {row["code"] for row in (error.details or {}).get("writeErrors", ())}
    return ChangedMeanwhileError() if codes == {DUPLICATE_KEY} else error


def _taken(shape: Shape[Any]) -> Exception:
    return EmailTakenError(field="email") if shape is STAFF else ChangedMeanwhileError()
