"""The outbox: events are written in the transaction that made them true, and leave later."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bson import ObjectId
from prometheus_client import Gauge
from pymongo import ASCENDING, IndexModel

from shared.contracts.event import Event, wrap
from shared.mongo import Collection, Session, Store
from shared.telemetry import Cause, current_cause, trace_headers

SENT_ROWS_KEPT = timedelta(days=30)
OUTBOX = Collection(
    "outbox",
    indexes=(
        IndexModel(
            [("seq", ASCENDING)], name="waiting", partialFilterExpression={"state": "waiting"}
        ),
        IndexModel(
            [("sent_at", ASCENDING)],
            name="sent_expire",
            expireAfterSeconds=int(SENT_ROWS_KEPT.total_seconds()),
        ),
    ),
)

_oldest = Gauge("doorstep_outbox_oldest_seconds", "Age of the oldest event not yet published.")


async def oldest_waiting_seconds(store: Store) -> float:
    """How long the oldest event has waited to be published, 0 when none waits; kept as a number.

    Asked of the database, not of the relay: a relay that stands still would say nothing new. While
    the database does not answer the number is NaN, for nobody knows it.
    """
    waiting = store[OUTBOX.name]
    try:
        oldest = await waiting.find_one({"state": "waiting"}, {"at": 1}, sort=[("seq", 1)])
    except BaseException:
        _oldest.set(math.nan)
        raise
    seconds = (datetime.now(UTC) - oldest["at"]).total_seconds() if oldest else 0.0
    _oldest.set(seconds)
    return seconds


class Outbox:
    """Where use cases leave what they have to tell."""

    def __init__(self, store: Store, source: str) -> None:
        """`source` is the owner's name: it may tell only `<source>.*` events."""
        self._store = store
        self._source = source

    async def add(
        self, events: Sequence[Event], session: Session, *, replayed: bool = False
    ) -> None:
        """Keep the events in this transaction; the relay publishes them after it."""
        if not events:
            return
        cause = current_cause() or Cause(correlation_id=uuid4().hex)
        at = datetime.now(UTC)
        rows = [self._row(event, cause, at, replayed=replayed) for event in events]
        await self._store[OUTBOX.name].insert_many(rows, session=session)

    def _row(
        self, event: Event, cause: Cause, at: datetime, *, replayed: bool
    ) -> dict[str, object]:
        if not event.name.startswith(f"{self._source}."):
            raise ValueError(f"{event.name} is not {self._source}'s to tell")
        envelope = wrap(
            event,
            event_id=uuid4().hex,
            source=self._source,
            time=at,
            correlation_id=cause.correlation_id,
            causation_id=cause.causation_id,
            replayed=replayed,
        )
        return {
            "_id": envelope.id,
            "seq": ObjectId(),
            "state": "waiting",
            "type": event.name,
            "subject": envelope.subject,
            "correlation_id": envelope.correlation_id,
            "body": envelope.model_dump_json(),
            "trace": trace_headers(),
            "at": at,
        }
