"""docs/openapi/<service>.json: the HTTP API of one service, as the service itself publishes it."""

import asyncio
from functools import cache
from typing import Any

from deploy.environment import service_environment
from deploy.local.applications import addresses
from deploy.product import Ports
from deploy.secrets import generate
from shared.webapp import published_api
from tools.applications import factory


@cache
def openapi(service: str) -> dict[str, Any]:
    """The document of one service; its application is built for it and not started."""
    return asyncio.run(_described(service))


async def _described(service: str) -> dict[str, Any]:
    make, config = factory(service)
    prefix = config.model_config["env_prefix"].lower()
    settings = service_environment(service, addresses(Ports()), generate(), port=1)
    app = make(config(**{k.lower().removeprefix(prefix): v for k, v in settings.items()}))
    await app.state.runtime.store.close()
    return published_api(app)
