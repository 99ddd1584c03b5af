"""A database server of our own for the real stores."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from deploy.product import OPERATOR
from services.notifications.adapters.mongo_desk import COLLECTIONS, MongoDesks
from shared.messaging.outbox import OUTBOX, Outbox
from shared.mongo import Store
from tests.support.bus import Bus
from tests.support.notifications_fakes import FakeDesks


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    bus = Bus(tmp_path_factory.mktemp("mongo"))
    try:
        bus.start("mongo")
        yield bus.mongo_url(OPERATOR)
    finally:
        bus.stack.stop_all()


@pytest.fixture(params=["memory", "mongo"])
async def desks(request):
    if request.param == "memory":
        yield FakeDesks()
        return
    store = Store(request.getfixturevalue("mongo"), f"test_{uuid4().hex[:12]}")
    await store.ensure((*COLLECTIONS, OUTBOX))
    yield MongoDesks(store, Outbox(store, "notifications"))
    await store.close()
