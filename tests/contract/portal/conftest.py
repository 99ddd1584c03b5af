from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from services.portal.adapters.mongo_checkouts import MongoCheckouts
from services.portal.adapters.mongo_links import MongoLinks
from services.portal.adapters.mongo_signatures import MongoSignatures
from services.portal.adapters.mongo_views import MongoProjections, MongoRebuilding, MongoViews
from services.portal.main import COLLECTIONS, SERVICE
from services.portal.usecases.end_sign_ins import end_sign_ins
from services.portal.usecases.project_account_rows import project_account_rows
from services.portal.usecases.project_events import project_events
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.contract.portal import account_stores
from tests.support.portal_account_fakes import (
    MemoryBegun,
    MemoryRows,
    MemoryServices,
    MemorySignIns,
)
from tests.support.portal_fakes import (
    MemoryCheckouts,
    MemoryLinks,
    MemorySignatures,
    MemoryViews,
)
from tests.support.portal_samples import (
    NOW,
)


@dataclass
class Stores:
    """All of the portal's stores on one backend."""

    views: Any
    links: Any
    signatures: Any
    checkouts: Any
    rebuilding: Any
    project: Any
    told: Any

    async def tell(self, *events, at=NOW):
        """One batch of the bus."""
        await self.project([(event, at) for event in events])


@pytest.fixture(params=["memory", "mongo"])
async def stores(request):
    if request.param == "memory":
        yield in_memory()
        return
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    yield on_mongo(store)
    await store.close()


def in_memory():
    views, links = MemoryViews(), MemoryLinks()
    signatures = MemorySignatures(views)

    async def told():
        return [event.name for event in (*links.told, *signatures.told, *views.told)]

    async def project(batch):
        await project_events(batch, views)

    return Stores(views, links, signatures, MemoryCheckouts(), views, project, told)


def on_mongo(store):
    outbox = Outbox(store, SERVICE)

    async def project(batch):
        await store.transaction(
            lambda session: project_events(batch, MongoProjections(store, session))
        )

    async def told():
        return [row["type"] async for row in store[OUTBOX.name].find().sort("seq")]

    return Stores(
        MongoViews(store),
        MongoLinks(store, outbox),
        MongoSignatures(store, outbox),
        MongoCheckouts(store),
        MongoRebuilding(store, outbox),
        project,
        told,
    )


@pytest.fixture(params=["memory", "mongo"])
async def kept(request):
    if request.param == "memory":
        accounts, sign_ins = MemoryRows(), MemorySignIns()

        async def project(*events):
            await project_account_rows(events, accounts)

        async def told_names():
            return [event.name for event in sign_ins.told]

        async def end(told):
            await end_sign_ins(told, sign_ins)

        services = MemoryServices(accounts)
        yield account_stores.Kept(
            accounts, services, sign_ins, end, MemoryBegun(), project, told_names
        )
        return
    store = Store(request.getfixturevalue("mongo"), f"portal_{uuid4().hex[:12]}")
    await store.ensure((OUTBOX, *COLLECTIONS))
    yield account_stores.on_mongo(store)
    await store.close()
