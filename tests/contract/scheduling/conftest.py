"""The same promises, asked of the ports in memory and of MongoDB."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.scheduling.adapters.collections import COLLECTIONS
from services.scheduling.adapters.gridfs_reports import GridFsReports
from services.scheduling.adapters.mongo_door import MongoDoor
from services.scheduling.adapters.mongo_lookups import MongoLookups
from services.scheduling.adapters.mongo_office import MongoOffice
from shared.idempotency import IDEMPOTENCY, IdempotencyKeys
from shared.messaging.outbox import OUTBOX
from shared.mongo import Store
from tests.support.scheduling_fakes import MemoryReports
from tests.support.scheduling_samples import World


@dataclass
class Backend:
    """One world, and how to see what it would tell the others."""

    world: World
    store: Store | None

    async def told(self) -> list[str]:
        """The types of the events that left or will leave, in order."""
        if self.store is None:
            events = self.world.memory.events + self.world.memory.retold
            return [event.name for event in events]
        rows = self.store[OUTBOX.name].find({}, sort=[("seq", 1)])
        return [row["type"] async for row in rows]


@pytest.fixture(params=["memory", "mongo"])
async def backend(request: pytest.FixtureRequest) -> Any:
    world = World()
    if request.param == "memory":
        await world.founded()
        yield Backend(world, None)
        return
    store = Store(request.getfixturevalue("mongo"), f"test_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, IDEMPOTENCY, *COLLECTIONS))
    world.office = MongoOffice(store)
    world.lookups = MongoLookups(store)
    world.door = MongoDoor(store)
    world.reports = GridFsReports(store)
    world.keys = IdempotencyKeys(store)
    await world.founded()
    await store[OUTBOX.name].delete_many({})
    yield Backend(world, store)
    await store.close()


@pytest.fixture
def world(backend: Backend) -> World:
    return backend.world


@pytest.fixture(params=["memory", "mongo"])
async def reports(request: pytest.FixtureRequest) -> Any:
    if request.param == "memory":
        yield MemoryReports()
        return
    store = Store(request.getfixturevalue("mongo"), f"test_{uuid4().hex[:12]}")
    yield GridFsReports(store)
    await store.close()
