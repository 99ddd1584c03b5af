"""What a service listens to, and the shape of the functions that handle it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from opentelemetry.context import attach, detach

from shared.contracts.event import Envelope, Event
from shared.mongo import Session
from shared.telemetry import Cause, because_of, trace_context


class PermanentError(Exception):
    """This message can never be handled; it goes to the dead letters at once, with this reason."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event as it arrived."""

    envelope: Envelope
    event: Event
    trace: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Delivery, Session], Awaitable[None]]
"""Applies one event; every write takes the session. Must be right for any order and repeats."""
BatchHandler = Callable[[Sequence[Delivery], Session], Awaitable[None]]
"""Applies several events, in the order of arrival, in one transaction."""


BATCH_MAX = 100
ONE_BY_ONE_MAX = 25
"""Handlers that each ask the database several times: the transaction must stay well below 5 s."""


@dataclass(frozen=True)
class Subscription:
    """The events a service binds, and what it does with a batch of at most `batch_max` of them."""

    events: tuple[type[Event], ...]
    handle: BatchHandler
    batch_max: int = BATCH_MAX


def one_by_one(handlers: Mapping[type[Event], Handler]) -> Subscription:
    """A subscription whose events each have a handler of their own."""

    async def handle(deliveries: Sequence[Delivery], session: Session) -> None:
        for delivery in deliveries:
            token = attach(trace_context(dict(delivery.trace)))
            try:
                with because_of(cause_of(delivery.envelope)):
                    await handlers[type(delivery.event)](delivery, session)
            finally:
                detach(token)

    return Subscription(events=tuple(handlers), handle=handle, batch_max=ONE_BY_ONE_MAX)


def cause_of(envelope: Envelope) -> Cause:
    """What follows from this event carries its correlation id and names it as the cause."""
    return Cause(correlation_id=envelope.correlation_id, causation_id=envelope.id)
