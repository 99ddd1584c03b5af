"""What an operator's page shows of one service, as far as its backing services answer."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiormq.exceptions import AMQPError
from pymongo.errors import PyMongoError
from yarl import URL

from shared.messaging.operations import Operations, OutboxState, QueueState, outbox_states
from shared.messaging.publisher import PublishFailedError
from shared.messaging.shelf import Shelved
from shared.messaging.unrouted import UnroutedShelf
from shared.problems import ForbiddenError, UnavailableError
from shared.runtime import Runtime

SHOWN_MAX = 100
"""Of one shelf; the number of all is beside it."""
LOOK_SECONDS = 10.0
AWAY = (AMQPError, OSError, RuntimeError, TimeoutError, PublishFailedError)
BROKER_OPERATOR = "operator"
"""The broker's user who may publish any owner's events (deploy/rabbitmq/definitions.py)."""


class BrokerAwayError(UnavailableError):
    """The broker did not answer; what was moved before is moved, the rest is where it was."""

    code = "broker_away"
    title = "The broker is away"


class BrokerRefusedError(ForbiddenError):
    """The broker did not let this password in, or did not answer."""

    code = "broker_refused"
    title = "The broker did not accept this password"


@dataclass(frozen=True)
class Sight:
    """All that is on the page; None where nobody answered."""

    at: datetime
    outbox: dict[str, OutboxState] | None
    queues: list[QueueState] | None
    shelves: dict[str, list[Shelved]] = field(default_factory=dict)
    unrouted: list[Shelved] | None = None

    def since(self, message: Shelved) -> datetime:
        """When it was put there."""
        return self.at - timedelta(seconds=message.age_seconds)

    def depth(self, shelf: str) -> int:
        """How many are on this shelf."""
        names = {queue.queue.rpartition(".")[2]: queue.ready for queue in self.queues or ()}
        return names[shelf]


async def look(runtime: Runtime, *, unrouted: bool) -> Sight:
    """Ask the database and the broker. Never raises because one of them is away."""
    at = datetime.now(UTC)
    outbox = await _outbox(runtime)
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return await _on_the_bus(runtime, at, outbox, unrouted=unrouted)
    except AWAY:
        return Sight(at, outbox, None)


async def _outbox(runtime: Runtime) -> dict[str, OutboxState] | None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            return {state.state: state for state in await outbox_states(runtime.store)}
    except (PyMongoError, TimeoutError):
        return None


async def _on_the_bus(
    runtime: Runtime, at: datetime, outbox: dict[str, OutboxState] | None, *, unrouted: bool
) -> Sight:
    url, found = runtime.rabbit_url, None
    async with Operations.opened(runtime.service, url, runtime.store) as operations:
        queues = await operations.queues()
        messages = await operations.shelved(most=SHOWN_MAX)
    if unrouted:
        async with UnroutedShelf.opened(url) as shelf:
            found = await shelf.listed(most=SHOWN_MAX)
    shelves: dict[str, list[Shelved]] = {"dead": [], "parked": []}
    for message in messages:
        shelves[message.shelf.rpartition(".")[2]].append(message)
    return Sight(at, outbox, queues, shelves, found)


async def tell_again(rabbit_url: str, password: str, event_id: str | None) -> int:
    """Replay unrouted events as the broker's operator; the password is used once and kept nowhere.

    Raises BrokerRefusedError.
    """
    url = URL(rabbit_url).with_user(BROKER_OPERATOR).with_password(password)
    try:
        async with UnroutedShelf.opened(str(url)) as shelf:
            return await shelf.replay(event_id=event_id)
    except AWAY as error:
        raise BrokerRefusedError from error
