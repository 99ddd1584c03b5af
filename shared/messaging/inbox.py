"""The inbox: an event's id is written in the transaction of its effect, so it has one effect."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from shared.messaging.subscription import Delivery, Subscription
from shared.mongo import Collection, Session, Store

IDS_KEPT = timedelta(days=90)
"""Longer than any replay anybody will ask for."""
INBOX = Collection(
    "inbox",
    indexes=(
        IndexModel(
            [("at", ASCENDING)], name="expire", expireAfterSeconds=int(IDS_KEPT.total_seconds())
        ),
    ),
)


class Inbox:
    """Applies deliveries once each."""

    def __init__(self, store: Store, consumer: str, subscription: Subscription) -> None:
        """`consumer` is part of every row's key."""
        self._store = store
        self._consumer = consumer
        self._subscription = subscription

    async def apply(self, deliveries: Sequence[Delivery]) -> None:
        """Apply all that are new in one transaction. Raises what the handler raises."""
        fresh = await self._fresh(deliveries)
        if not fresh:
            return
        at = datetime.now(UTC)
        rows = [{"_id": self._key(d), "type": d.envelope.type, "at": at} for d in fresh]

        async def work(session: Session) -> None:
            await self._store[INBOX.name].insert_many(rows, session=session)
            await self._subscription.handle(fresh, session)

        try:
            await self._store.transaction(work)
        except DuplicateKeyError as error:
            if len(fresh) > 1 or f".{INBOX.name} " not in str(error):
                raise
            # another instance applied it between our look and our write

    def _key(self, delivery: Delivery) -> str:
        return f"{self._consumer}:{delivery.envelope.id}"

    async def _fresh(self, deliveries: Sequence[Delivery]) -> list[Delivery]:
        by_key = {self._key(delivery): delivery for delivery in deliveries}
        cursor = self._store[INBOX.name].find({"_id": {"$in": list(by_key)}}, {"_id": 1})
        handled = {row["_id"] async for row in cursor}
        return [delivery for key, delivery in by_key.items() if key not in handled]
