"""A database server of our own for the real stores."""

from collections.abc import Iterator

import pytest

from deploy.product import OPERATOR
from tests.support.bus import Bus


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    bus = Bus(tmp_path_factory.mktemp("mongo"))
    try:
        bus.start("mongo")
        yield bus.mongo_url(OPERATOR)
    finally:
        bus.stack.stop_all()
