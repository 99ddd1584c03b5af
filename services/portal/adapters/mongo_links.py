"""Links in MongoDB, found by the hash of their token."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel

from services.portal.domain.links import Link
from shared.contracts.event import Event
from shared.messaging.outbox import Outbox
from shared.mongo import Collection, Document, Session, Store

LINKS = "links"
COLLECTIONS = (
    Collection(
        LINKS,
        indexes=(
            IndexModel([("digest", ASCENDING)], name="digest", unique=True),
            IndexModel([("company_id", ASCENDING), ("inspection_id", ASCENDING)], name="about"),
        ),
    ),
)


class MongoLinks:
    """Links by their hashes."""

    def __init__(self, store: Store, outbox: Outbox) -> None:
        """What happens to a link is told in the same transaction."""
        self._store = store
        self._outbox = outbox

    async def add(self, link: Link, digest: str) -> None:
        """Insert; a digest that exists already raises DuplicateKeyError."""
        fields = asdict(link)
        await self._store[LINKS].insert_one(
            {"_id": fields.pop("link_id"), "digest": digest, **fields}
        )

    async def by_digest(self, digest: str) -> Link | None:
        """By the unique index."""
        return _link(await self._store[LINKS].find_one({"digest": digest}))

    async def by_id(self, link_id: str) -> Link | None:
        """By id."""
        return _link(await self._store[LINKS].find_one({"_id": link_id}))

    async def mark_opened(self, link_id: str, at: datetime, event: Event) -> bool:
        """Only the first time."""
        return await self._note({"_id": link_id, "opened_at": None}, {"opened_at": at}, event)

    async def note_seen(self, link: Link) -> None:
        """Three fields of one document."""
        news = {name: getattr(link, name) for name in ("seen_cents", "was_cents", "seen_at")}
        await self._store[LINKS].update_one({"_id": link.link_id}, {"$set": news})

    async def of_inspection(
        self, company_id: str, inspection_id: str, limit: int
    ) -> Sequence[Link]:
        """By the index of what links are about."""
        wanted = {"company_id": company_id, "inspection_id": inspection_id}
        cursor = self._store[LINKS].find(wanted).sort([("created_at", DESCENDING), ("_id", 1)])
        return [_known(document) async for document in cursor.limit(limit)]

    async def revoke(self, company_id: str, link_id: str, at: datetime, by: str) -> bool:
        """Only a link that is not revoked yet."""
        live = {"_id": link_id, "company_id": company_id, "revoked_at": None}
        news = {"revoked_at": at, "revoked_by": by}
        result = await self._store[LINKS].update_one(live, {"$set": news})
        return bool(result.modified_count)

    async def mark_requested(
        self, link_id: str, at: datetime, not_since: datetime, event: Event
    ) -> bool:
        """Only if the last request is old enough."""
        rested = {"_id": link_id, "requested_at": {"$not": {"$gt": not_since}}}
        return await self._note(rested, {"requested_at": at}, event)

    async def _note(self, condition: Document, news: Document, event: Event) -> bool:
        async def work(session: Session) -> bool:
            result = await self._store[LINKS].update_one(condition, {"$set": news}, session=session)
            if not result.modified_count:
                return False
            await self._outbox.add([event], session)
            return True

        return await self._store.transaction(work)


def _link(document: Document | None) -> Link | None:
    return None if document is None else _known(document)


def _known(document: Document) -> Link:
    kept = {name: document[name] for name in Link.__slots__ if name in document}
    return Link(link_id=document["_id"], **kept)
