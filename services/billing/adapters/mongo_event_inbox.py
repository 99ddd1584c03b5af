"""Provider events in MongoDB: stored once by id before they are answered, worked off later."""

from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from services.billing.adapters.mongo_shapes import value
from services.billing.domain.provider import Hint
from services.billing.usecases.ports import StoredEvent
from shared.mongo import Collection, Document, Store

KEPT = timedelta(days=90)
_KEPT_SECONDS = int(KEPT.total_seconds())

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "stripe_events",
        indexes=(
            IndexModel(
                [("next_at", ASCENDING)],
                name="waiting",
                partialFilterExpression={"state": "waiting"},
            ),
            IndexModel(
                [("kept_at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(KEPT.total_seconds()),
            ),
        ),
    ),
    Collection("reconciliation"),
)


class MongoEventInbox:
    """One row per event; its `_id` is the processor's event id."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def keep(self, event: StoredEvent) -> bool:
        now = datetime.now(UTC)
        row: Document = {
            "_id": event.event_id,
            "kind": event.hint.kind,
            "account": event.hint.account,
            "live": event.hint.live,
            "created_at": event.hint.created_at,
            "attempt_id": event.hint.attempt_id,
            "session_id": event.hint.session_id,
            "payment_intent_id": event.hint.payment_intent_id,
            "method_id": event.hint.method_id,
            "body": event.body,
            "healed": event.healed,
            "state": "waiting",
            "tries": 0,
            "next_at": now,
            "kept_at": now,
        }
        try:
            await self._store["stripe_events"].insert_one(row)
        except DuplicateKeyError:
            return False
        return True

    async def waiting(self, now: datetime, limit: int) -> list[StoredEvent]:
        query = {"state": "waiting", "next_at": {"$lte": now}}
        found = self._store["stripe_events"].find(query).sort("next_at", 1).limit(limit)
        return [_event(row) async for row in found]

    async def done(self, event_id: str, outcome: str) -> None:
        await self._store["stripe_events"].update_one(
            {"_id": event_id}, {"$set": {"state": outcome, "done_at": datetime.now(UTC)}}
        )

    async def later(self, event_id: str, at: datetime, reason: str) -> None:
        await self._store["stripe_events"].update_one(
            {"_id": event_id}, {"$set": {"next_at": at, "reason": reason}, "$inc": {"tries": 1}}
        )

    async def cursor(self, account: str | None) -> datetime | None:
        row = await self._store["reconciliation"].find_one({"_id": f"events:{account or ''}"})
        return row["read_until"] if row else None

    async def move_cursor(self, account: str | None, to: datetime) -> None:
        await self._store["reconciliation"].update_one(
            {"_id": f"events:{account or ''}"}, {"$set": {"read_until": to}}, upsert=True
        )


def _event(row: Document) -> StoredEvent:
    return StoredEvent(
        event_id=row["_id"],
        hint=value(Hint, row, key="event_id"),
        body=row["body"],
        tries=row["tries"],
        healed=row["healed"],
    )
