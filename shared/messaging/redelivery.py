"""What becomes of a message that could not be handled: later, dead, or parked."""

from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from aio_pika.abc import AbstractIncomingMessage
from prometheus_client import Counter

from shared.messaging.publisher import Publisher
from shared.messaging.reading import UnknownVersionError
from shared.messaging.subscription import PermanentError
from shared.messaging.topology import (
    RETRY_DELAYS_SECONDS,
    dead_queue,
    parked_queue,
    redelivery_exchange,
    retry_queue,
)
from shared.telemetry import redacted

REASON_MAX = 300

log = structlog.get_logger()
_shelved = Counter(
    "doorstep_events_shelved_total", "Messages not handled, by where they went.", ["shelf"]
)


class Redelivery:
    """Moves messages of one service to its retry, dead or parked queue, then acks them.

    Published first, acked second: a crash in between makes a copy with the same message id,
    which the inbox drops.
    """

    def __init__(
        self,
        service: str,
        publisher: Publisher,
        retry_delays: Sequence[float] = RETRY_DELAYS_SECONDS,
    ) -> None:
        """`publisher` must have the service's redelivery exchange open."""
        self._service = service
        self._publisher = publisher
        self._retry_delays = retry_delays

    async def shelve(self, message: AbstractIncomingMessage, error: Exception) -> None:
        """Move one message. Raises PublishFailedError when the broker did not take it."""
        attempt = _attempt(message)
        queue = self._shelf(error, attempt)
        headers: dict[str, str | int] = {
            key: value
            for key, value in message.headers.items()
            if isinstance(value, str | int) and not key.startswith("x-")
        }
        headers |= {
            "x-attempt": attempt + 1,
            "x-reason": redacted(f"{type(error).__name__}: {error}")[:REASON_MAX],
            "x-shelved-at": datetime.now(UTC).isoformat(),
            "x-routing-key": str(message.headers.get("x-routing-key", message.routing_key)),
        }
        await self._publisher.publish(
            message.body,
            exchange=redelivery_exchange(self._service),
            routing_key=queue,
            message_id=message.message_id or "",
            type_=message.type or "",
            correlation_id=message.correlation_id,
            headers=headers,
        )
        _shelved.labels(shelf=queue.removeprefix(f"{self._service}.")).inc()
        log.warning(
            "event shelved",
            event_id=message.message_id,
            correlation_id=message.correlation_id,
            type=message.type,
            shelf=queue,
            reason=headers["x-reason"],
        )

    def _shelf(self, error: Exception, attempt: int) -> str:
        if isinstance(error, UnknownVersionError):
            return parked_queue(self._service)
        if isinstance(error, PermanentError) or attempt >= len(self._retry_delays):
            return dead_queue(self._service)
        return retry_queue(self._service, self._retry_delays[attempt])


def _attempt(message: AbstractIncomingMessage) -> int:
    attempt = message.headers.get("x-attempt", 0)
    return attempt if isinstance(attempt, int) else 0
