"""The relay: outbox rows to the bus, in order, at least once.

One relay at a time holds the lease, so that rows leave in the order they were written; others
wait and take over when it dies. A batch is published with pipelined confirms on one channel and
marked afterwards: a crash in between sends it again, and the consumers' inboxes drop the repeat.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from prometheus_client import Counter
from pymongo.errors import DuplicateKeyError, PyMongoError

from shared.crash_points import crash_point
from shared.messaging.outbox import OUTBOX
from shared.messaging.publisher import Publisher, PublishFailedError, closed, connect
from shared.messaging.topology import EVENTS_EXCHANGE
from shared.mongo import Collection, Document, Store

BATCH_MAX = 200
"""Bounds what one crash sends again."""
DRAIN_EACH = 50
"""Every so many messages the relay waits until they have left the process."""
LEASE = timedelta(seconds=10)
POLL_SECONDS = 2.0
"""The safety net under the change stream that normally wakes the relay."""

LEASES = Collection("leases")

log = structlog.get_logger()
_published = Counter("doorstep_outbox_published_total", "Events confirmed by the broker.")
_failed = Counter("doorstep_outbox_publish_failures_total", "Publishes to be tried again.")


class Relay:
    """Moves one service's outbox to the bus, for as long as `run` runs."""

    def __init__(self, store: Store, rabbit_url: str) -> None:
        """Nothing is opened before `run`."""
        self._store = store
        self._rabbit_url = rabbit_url
        self._holder = uuid4().hex
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Publish until cancelled. Raises only on cancellation or when the broker is away."""
        connection = await connect(self._rabbit_url)
        publisher = Publisher(connection)
        waker = asyncio.create_task(self._wake_on_insert())
        try:
            await publisher.open()
            await self._open_lease()
            while True:
                await self._step(publisher)
        finally:
            waker.cancel()
            await self._release()
            await closed(connection.close())

    async def _step(self, publisher: Publisher) -> None:
        try:
            moved = await self._move_batch(publisher) if await self._hold_lease() else 0
        except PyMongoError as error:
            log.warning("outbox unreadable", error=type(error).__name__)
            moved = 0
        if moved < BATCH_MAX:
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def _move_batch(self, publisher: Publisher) -> int:
        rows = await self._waiting()
        if not rows:
            return 0
        outcomes = await asyncio.gather(
            *(_publish(publisher, row, drain=n % DRAIN_EACH == 0) for n, row in enumerate(rows))
        )
        sent = [row["_id"] for row, failure in zip(rows, outcomes, strict=True) if failure is None]
        crash_point("relay.confirmed-not-marked")
        await self._mark_sent(sent)
        _published.inc(len(sent))
        failure = next((failure for failure in outcomes if failure is not None), None)
        if failure is not None:
            _failed.inc(len(rows) - len(sent))
            log.warning("events wait in the outbox", waiting=len(rows) - len(sent), error=failure)
            return 0  # rest before the next try
        return len(sent)

    async def _waiting(self) -> list[Document]:
        cursor = (
            self._store[OUTBOX.name]
            .find(
                {"state": "waiting"},
                {"trace": 1, "body": 1, "type": 1, "correlation_id": 1},
            )
            .sort("seq", 1)
            .limit(BATCH_MAX)
        )
        return [row async for row in cursor]

    async def _mark_sent(self, ids: Sequence[str]) -> None:
        if ids:
            await self._store[OUTBOX.name].update_many(
                {"_id": {"$in": ids}, "state": "waiting"},
                {"$set": {"state": "sent", "sent_at": datetime.now(UTC)}},
            )

    async def _hold_lease(self) -> bool:
        """Take or renew the lease, by the database's clock. False: another relay has it."""
        until = {"$add": ["$$NOW", int(LEASE.total_seconds() * 1000)]}
        mine = {"$eq": ["$holder", self._holder]}
        expired = {"$lt": ["$until", "$$NOW"]}
        taken = await self._store[LEASES.name].update_one(
            {"_id": "relay", "$expr": {"$or": [mine, expired]}},
            [{"$set": {"holder": self._holder, "until": until}}],
        )
        return bool(taken.matched_count)

    async def _open_lease(self) -> None:
        """Make sure that there is a lease to take; whose it is, its holder says."""
        with suppress(DuplicateKeyError):
            await self._store[LEASES.name].insert_one(
                {"_id": "relay", "holder": "", "until": datetime.fromtimestamp(0, UTC)}
            )

    async def _release(self) -> None:
        try:
            await self._store[LEASES.name].update_one(
                {"_id": "relay", "holder": self._holder},
                {"$set": {"until": datetime.fromtimestamp(0, UTC)}},
            )
        except PyMongoError:
            log.info("lease left to expire")

    async def _wake_on_insert(self) -> None:
        pipeline: list[Document] = [
            {"$match": {"operationType": "insert"}},
            {"$project": {"_id": 1}},
        ]
        while True:
            try:
                async with self._store.watch(
                    OUTBOX.name, pipeline, max_await_time_ms=500
                ) as stream:
                    while True:
                        if await stream.try_next() is not None:
                            self._wake.set()
            except PyMongoError:  # polling carries on meanwhile
                await asyncio.sleep(1)


async def _publish(publisher: Publisher, row: Document, *, drain: bool) -> str | None:
    """Publish one row; None when confirmed, the reason otherwise."""
    try:
        await publisher.publish(
            row["body"].encode(),
            exchange=EVENTS_EXCHANGE,
            routing_key=row["type"],
            message_id=row["_id"],
            type_=row["type"],
            correlation_id=row["correlation_id"],
            headers=row["trace"],
            drain=drain,
        )
    except PublishFailedError as error:
        return str(error)
    return None
