"""Wakes the open streams of this instance when any instance has appended to a feed.

A change stream only says that there is something; what it is, each stream reads by number. A
missed call costs a few seconds, never an alert.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from shared.mongo import Document, Store

INSERTS: list[Document] = [
    {"$match": {"operationType": "insert"}},
    {"$project": {"fullDocument.company_id": 1}},
]


class FeedWaker:
    """Who listens here, by company."""

    def __init__(self, store: Store) -> None:
        """The service's store."""
        self._store = store
        self._listening: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.leaving = False

    @property
    def listeners(self) -> int:
        """How many streams are open."""
        return sum(len(events) for events in self._listening.values())

    @contextmanager
    def listening(self, company_id: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the company's feed has grown."""
        called = asyncio.Event()
        self._listening[company_id].add(called)
        try:
            yield called
        finally:
            self._listening[company_id].discard(called)
            if not self._listening[company_id]:
                del self._listening[company_id]

    async def run(self) -> None:
        """Follow the feed for ever; raises when the database goes away, and is started again."""
        async with self._store.watch("feed", INSERTS) as changes:
            self.wake_all()
            async for change in changes:
                for called in self._listening.get(change["fullDocument"]["company_id"], ()):
                    called.set()

    def wake_all(self) -> None:
        """Let every stream look for itself."""
        for events in self._listening.values():
            for called in events:
                called.set()

    def leave(self) -> None:
        """End every stream: the process stops, and its readers come back elsewhere."""
        self.leaving = True
        self.wake_all()
