"""Every route says who may call it; a service with one that does not refuses to be built."""

from collections.abc import Callable

import pytest
from fastapi import APIRouter, FastAPI

from deploy.environment import service_environment
from deploy.local.applications import addresses
from deploy.product import SERVICES, Ports
from deploy.secrets import generate
from shared.webapp import UndeclaredCallerError, create_app
from tools.applications import factory


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], FastAPI]:
    def build(service: str) -> FastAPI:
        ports = Ports()
        environment = service_environment(
            service, addresses(ports), generate(), port=ports.as_dict()[service]
        )
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        make, config = factory(service)
        return make(config.load())

    return build


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_of_a_service_declares_its_caller(
    service: str, configured: Callable[[str], FastAPI]
):
    app = configured(service)
    await app.state.runtime.store.close()
    assert app.routes


@pytest.mark.parametrize("service", SERVICES)
async def test_a_forgotten_route_stops_the_start(
    service: str, configured: Callable[[str], FastAPI]
):
    app = configured(service)
    await app.state.runtime.store.close()
    forgotten = APIRouter()

    @forgotten.get(f"/api/{service}/v1/forgotten")
    async def nobody_said_who() -> None: ...

    with pytest.raises(UndeclaredCallerError, match="forgotten"):
        create_app(
            runtime=app.state.runtime,
            config=app.state.config,
            routers=[forgotten],
            title="forgotten",
        )
