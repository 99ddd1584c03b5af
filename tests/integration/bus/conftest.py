from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.bus import Bus


@pytest.fixture(scope="session")
def _bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bus]:
    bus = Bus(tmp_path_factory.mktemp("bus"))
    try:
        bus.stack.start_backing()
        yield bus
    finally:
        bus.stack.stop_all()


@pytest.fixture
async def bus(_bus: Bus) -> AsyncIterator[Bus]:
    """A broker and a database without any message or document."""
    await _bus.clean()
    yield _bus
    for part in ("rabbitmq", "mongo"):
        _bus.stack.resume(part)
        if not _bus.stack.process(part).pid:
            _bus.start(part)
