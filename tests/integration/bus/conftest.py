from collections.abc import AsyncIterator, Iterator

import pytest

from tests.support.bus import Bus
from tests.support.stack import BACKING, running_stack


@pytest.fixture(scope="session")
def _bus() -> Iterator[Bus]:
    with running_stack(BACKING) as stack:
        yield Bus(stack)


@pytest.fixture
async def bus(_bus: Bus) -> AsyncIterator[Bus]:
    """A broker and a database without any message or document."""
    await _bus.clean()
    yield _bus
    _bus.stack.heal()
