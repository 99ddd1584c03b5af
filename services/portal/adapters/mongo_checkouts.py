"""Payments begun here, in MongoDB; they are forgotten after a week."""

from dataclasses import asdict
from datetime import timedelta

from pymongo import ASCENDING, IndexModel

from services.portal.domain.views import Checkout
from shared.mongo import Collection, Document, Store

CHECKOUTS = "checkouts"
KEPT = timedelta(days=7)
COLLECTIONS = (
    Collection(
        CHECKOUTS,
        indexes=(
            IndexModel(
                [("started_at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(KEPT.total_seconds()),
            ),
        ),
    ),
)


class MongoCheckouts:
    """Which attempt a return address speaks of."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def remember(self, checkout: Checkout) -> None:
        """Insert unless it is there."""
        await self._store[CHECKOUTS].update_one(
            {"_id": _key(checkout.link_id, checkout.key)},
            {"$setOnInsert": asdict(checkout)},
            upsert=True,
        )

    async def find(self, link_id: str, key: str) -> Checkout | None:
        """By link and key: another link's key finds nothing."""
        document: Document | None = await self._store[CHECKOUTS].find_one(
            {"_id": _key(link_id, key)}, {"_id": 0}
        )
        return Checkout(**document) if document else None

    async def note_state(self, link_id: str, key: str, state: str) -> None:
        """Overwrite; the last word counts."""
        await self._store[CHECKOUTS].update_one(
            {"_id": _key(link_id, key)}, {"$set": {"state": state}}
        )


def _key(link_id: str, key: str) -> str:
    return f"{link_id}:{key}"
