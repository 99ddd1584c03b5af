"""How scheduling's records are read: one, many, and by words."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from services.scheduling.adapters.shapes import Shape
from services.scheduling.domain.refusals import UnknownError
from shared.mongo import Document, Session, Store

T = TypeVar("T")
LIST_MAX = 500
SEARCH_LENGTH_MAX = 100


class MongoReading:
    """Reads records; inside a transaction when made with its session."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """Without a session every question stands for itself."""
        self._store = store
        self._session = session

    async def _one(self, shape: Shape[T], where: Document) -> T:
        document = await self._store[shape.collection].find_one(where, session=self._session)
        if document is None:
            raise UnknownError(what=shape.collection)
        return shape.record(document)

    async def _many(
        self,
        shape: Shape[T],
        where: Document,
        *,
        sort: Sequence[tuple[str, Any]] = (("_id", 1),),
        limit: int = LIST_MAX,
    ) -> list[T]:
        cursor = self._store[shape.collection].find(where, session=self._session)
        cursor = cursor.sort(list(sort)).limit(limit)
        return [shape.record(document) async for document in cursor]


def containing(text: str) -> Document:
    """Return the condition that a record's search text contains every word."""
    words = text.strip().lower()[:SEARCH_LENGTH_MAX].split()
    if not words:
        return {}
    return {"$and": [{"search": {"$regex": re.escape(word)}} for word in words]}


def by_name(cursor: str | None) -> Document:
    """Return the condition for what follows a place in a list by name."""
    if not cursor:
        return {}
    name, _, key = cursor.rpartition("~")
    return {"$or": [{"name": {"$gt": name}}, {"name": name, "_id": {"$gt": key}}]}
