"""The inbox: an event's id is written in the transaction of its effect, so it has one effect."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import BulkWriteError

from shared.messaging.subscription import Delivery, Subscription
from shared.mongo import Collection, Session, Store

IDS_KEPT = timedelta(days=90)
"""Longer than any replay anybody will ask for."""
PATIENCE_SECONDS = 5.0
"""A batch that meets conflicts for longer is better taken apart."""
INBOX = Collection(
    "inbox",
    indexes=(
        IndexModel(
            [("at", ASCENDING)], name="expire", expireAfterSeconds=int(IDS_KEPT.total_seconds())
        ),
    ),
)


class _SeenBeforeError(Exception):
    """One of the ids is in the inbox already."""


class Inbox:
    """Applies deliveries once each."""

    def __init__(self, store: Store, consumer: str, subscription: Subscription) -> None:
        """`consumer` is part of every row's key."""
        self._store = store
        self._consumer = consumer
        self._subscription = subscription

    async def apply(self, deliveries: Sequence[Delivery]) -> None:
        """Apply all that are new in one transaction. Raises what the handler raises."""
        new = {self._key(delivery): delivery for delivery in deliveries}
        while new:
            try:
                await self._apply(new)
            except _SeenBeforeError:  # repeats are rare: ask only now which they are
                new = await self._unseen(new)
            else:
                return

    async def _apply(self, new: Mapping[str, Delivery]) -> None:
        at = datetime.now(UTC)
        rows = [{"_id": key, "type": d.envelope.type, "at": at} for key, d in new.items()]

        async def work(session: Session) -> None:
            try:
                await self._store[INBOX.name].insert_many(rows, session=session)
            except BulkWriteError as error:
                raise _SeenBeforeError from error
            await self._subscription.handle(list(new.values()), session)

        await self._store.transaction(work, patience_seconds=PATIENCE_SECONDS)

    def _key(self, delivery: Delivery) -> str:
        return f"{self._consumer}:{delivery.envelope.id}"

    async def _unseen(self, new: Mapping[str, Delivery]) -> dict[str, Delivery]:
        cursor = self._store[INBOX.name].find({"_id": {"$in": list(new)}}, {"_id": 1})
        seen = {row["_id"] async for row in cursor}
        return {key: delivery for key, delivery in new.items() if key not in seen}
