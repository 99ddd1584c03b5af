from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from deploy.product import OPERATOR
from tests.support.bus import Bus


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database server of our own; the address for somebody who may do anything."""
    bus = Bus(tmp_path_factory.mktemp("mongo"))
    try:
        bus.start("mongo")
        with MongoClient(bus.mongo_url(OPERATOR)) as client:
            client.admin.command("ping")
        yield bus.mongo_url(OPERATOR)
    finally:
        bus.stack.stop_all()
