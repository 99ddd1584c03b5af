"""One sandbox for the whole run, emptied before each test; every answer and event is judged."""

import pytest

from tests.contract.sandbox.running import Receiver, Sandbox, WatchedClient, object_problems


@pytest.fixture(scope="session")
def _receiver():
    receiver = Receiver()
    receiver.start()
    yield receiver
    receiver.stop()


@pytest.fixture(scope="session")
def _sandbox(_receiver, tmp_path_factory):
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox"), _receiver)
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def sandbox(_sandbox):
    _sandbox.control("reset")
    logged = len(_sandbox.log())
    yield _sandbox
    assert "Traceback" not in _sandbox.log()[logged:], _sandbox.log()[logged:][-4000:]


@pytest.fixture
def received(sandbox, _receiver):
    """What arrived by webhook since the test began; all of it signed and well formed."""
    _receiver.clear()
    yield _receiver
    assert _receiver.forged == []
    for delivery in _receiver.deliveries:
        assert object_problems(delivery.event) == []
        assert object_problems(delivery.event["data"]["object"]) == [], delivery.event["type"]


@pytest.fixture
async def api(sandbox):
    """The official SDK, two retries; ends with no answer out of shape and no forbidden request."""
    client = WatchedClient()
    yield sandbox.stripe(client)
    await client.close_async()
    assert client.problems == []
    assert sandbox.look("violations")["violations"] == []


@pytest.fixture
async def customer(api):
    return await api.v1.customers.create_async({"email": "payer@example.com", "name": "Ellen Ray"})
