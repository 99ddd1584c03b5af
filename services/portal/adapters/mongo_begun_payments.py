"""Account payments and setups begun here, in MongoDB; they are forgotten after a week."""

from dataclasses import asdict
from datetime import timedelta

from pymongo import ASCENDING, IndexModel

from services.portal.usecases.ports_accounts import Begun
from shared.mongo import Collection, Document, Store

BEGUN = "account_begun"
KEPT = timedelta(days=7)
COLLECTIONS = (
    Collection(
        BEGUN,
        indexes=(
            IndexModel(
                [("started_at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(KEPT.total_seconds()),
            ),
        ),
    ),
)


class MongoBegunPayments:
    """Which payment a return address speaks of."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def remember(self, begun: Begun) -> None:
        """Insert unless it is there."""
        await self._store[BEGUN].update_one(
            {"_id": _key(begun.account_id, begun.key)}, {"$setOnInsert": asdict(begun)}, upsert=True
        )

    async def find(self, account_id: str, key: str) -> Begun | None:
        """By account and key: another account's key finds nothing."""
        document: Document | None = await self._store[BEGUN].find_one(
            {"_id": _key(account_id, key)}, {"_id": 0}
        )
        return Begun(**document) if document else None

    async def note_state(self, account_id: str, key: str, state: str) -> None:
        """Overwrite; the last word counts."""
        await self._store[BEGUN].update_one(
            {"_id": _key(account_id, key)}, {"$set": {"state": state}}
        )


def _key(account_id: str, key: str) -> str:
    return f"{account_id}:{key}"
