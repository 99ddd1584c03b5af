"""A service's life: come up in any order with its backing services, tell the truth, leave cleanly.

The HTTP side answers from the first moment; everything that needs MongoDB or RabbitMQ comes up
behind it and comes back by itself. Readiness is red until it is all there.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import structlog
from aiormq.exceptions import AMQPError
from pymongo.errors import PyMongoError

from shared.idempotency import IDEMPOTENCY
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import INBOX
from shared.messaging.outbox import OUTBOX, oldest_waiting_seconds
from shared.messaging.relay import LEASES, Relay
from shared.messaging.subscription import Subscription
from shared.mongo import Collection, Store

RETRY_SECONDS = 1.0
WATCH_SECONDS = 5.0
NO_CONSUMER_LIMIT = 3
"""Looks without a consumer before the process ends and its supervisor starts it anew."""
OUTBOX_AGE_LIMIT_SECONDS = 60.0
MEASURE_SECONDS = 1.0
"""Whoever collects the numbers does not wait longer for a database that is away."""
REASON_MAX = 200

log = structlog.get_logger()
Loop = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Readiness:
    """What works at the moment; a service is ready when all of it does."""

    checks: dict[str, bool] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether traffic may come."""
        return bool(self.checks) and all(self.checks.values())


class Runtime:
    """Everything of a service that runs beside its HTTP side."""

    def __init__(
        self,
        *,
        service: str,
        store: Store,
        rabbit_url: str,
        subscription: Subscription | None,
        collections: Sequence[Collection],
        background: Sequence[Loop] = (),
        prepare: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Nothing is opened before `start`.

        `background` loops run for ever and are restarted when they raise; `prepare` runs once when
        the database is there, before anything else.
        """
        self.service = service
        self.store = store
        self.rabbit_url = rabbit_url
        self._collections = (OUTBOX, INBOX, LEASES, IDEMPOTENCY, *collections)
        self._background = background
        self._prepare = prepare
        self._relay = Relay(store, rabbit_url)
        self._consumer = (
            Consumer(service=service, rabbit_url=rabbit_url, store=store, subscription=subscription)
            if subscription
            else None
        )
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._prepared = False
        self._consuming = False
        self._looks_without_consumer = 0

    async def start(self) -> None:
        """Begin; returns at once."""
        self._spawn(self._boot, "boot")

    async def stop(self) -> None:
        """Take no more work, finish what is in hand, close."""
        self._stopping = True
        if self._consumer is not None and self._consuming:
            await self._consumer.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.store.close()

    async def readiness(self) -> Readiness:
        """Ask everything that traffic needs. Never raises."""
        checks = {"started": self._prepared and not self._stopping, "database": True}
        try:
            async with asyncio.timeout(2):
                await self.store.ping()
                checks["outbox"] = await self._outbox_flows()
        except (PyMongoError, TimeoutError):
            checks["database"] = False
        if self._consumer is not None:
            checks["consumer"] = self._consuming and await self._seen_by_broker(self._consumer)
        return Readiness(checks)

    async def measure(self) -> None:
        """Ask for the numbers that nobody keeps, before they are read. Never raises."""
        with suppress(PyMongoError, TimeoutError):
            async with asyncio.timeout(MEASURE_SECONDS):
                await oldest_waiting_seconds(self.store)

    async def _outbox_flows(self) -> bool:
        return await oldest_waiting_seconds(self.store) < OUTBOX_AGE_LIMIT_SECONDS

    @staticmethod
    async def _seen_by_broker(consumer: Consumer) -> bool:
        try:
            async with asyncio.timeout(2):
                return await consumer.consuming()
        except TimeoutError:
            return False

    def _spawn(self, loop: Loop, name: str) -> None:
        task = asyncio.create_task(loop(), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _boot(self) -> None:
        await self._until_it_works(self._prepare_database, "database")
        self._prepared = True
        self._spawn(lambda: self._for_ever(self._relay.run, "relay"), "relay")
        for loop in self._background:
            name = getattr(loop, "__qualname__", "background")
            self._spawn(lambda loop=loop, name=name: self._for_ever(loop, name), name)  # type: ignore[misc]
        if self._consumer is not None:
            await self._until_it_works(self._consumer.start, "consumer")
            self._consuming = True
            log.info("consuming", service=self.service)
            await self._watch(self._consumer)

    async def _prepare_database(self) -> None:
        await self.store.ping()
        await self.store.ensure(self._collections)
        if self._prepare is not None:
            await self._prepare()

    async def _until_it_works(self, step: Callable[[], Awaitable[None]], name: str) -> None:
        while True:
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - a start that gives up silently helps nobody
                reason = f"{type(error).__name__}: {error}"[:REASON_MAX]
                log.warning("start has to wait", what=name, error=reason)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return

    async def _for_ever(self, loop: Loop, name: str) -> None:
        while True:
            try:
                await loop()
            except Exception:
                log.exception("loop restarts", loop=name)
            await asyncio.sleep(RETRY_SECONDS)

    async def _watch(self, consumer: Consumer) -> None:
        """End the process when the broker is there but has lost our consumer."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if await self._seen_by_broker(consumer) or not await self._broker_answers():
                self._looks_without_consumer = 0
                continue
            self._looks_without_consumer += 1
            if self._looks_without_consumer >= NO_CONSUMER_LIMIT:
                log.error("the broker has no consumer of ours; starting anew")
                os.kill(os.getpid(), signal.SIGTERM)

    async def _broker_answers(self) -> bool:
        try:
            async with asyncio.timeout(2):  # a plain connection: a robust one would try for ever
                connection = await aio_pika.connect(self.rabbit_url)
                await connection.close()
        except (AMQPError, OSError, RuntimeError, TimeoutError):
            return False
        return True
