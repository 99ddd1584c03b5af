"""The same promises, asked of the desks in memory and of MongoDB."""

from uuid import uuid4

import pytest

from services.notifications.adapters.mongo_desk import COLLECTIONS, MongoDesks
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.notifications_fakes import FakeDesks


@pytest.fixture(params=["memory", "mongo"])
async def desks(request):
    if request.param == "memory":
        yield FakeDesks()
        return
    store = Store(request.getfixturevalue("mongo"), f"test_{uuid4().hex[:12]}")
    await store.ensure((*COLLECTIONS, OUTBOX))
    yield MongoDesks(store, Outbox(store, "notifications"))
    await store.close()
