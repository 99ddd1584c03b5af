"""The client's page without the product: the same template, the same values, one find.

Started with the portal's own environment: `python -m benchmarks.bare_page PORT PATH COOKIE`. The
first line it prints is how many queries the real page asks of the database.
"""

import sys

import httpx
import uvicorn
import uvloop
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Template
from pymongo import monitoring

from services.portal.adapters.mongo_views import VIEWS
from services.portal.config import PortalConfig
from services.portal.main import app as portal
from shared.mongo import Store

_QUERIES = frozenset({"find", "aggregate", "count", "distinct", "getMore"})
_rendered: list[tuple[Template, dict]] = []


class Queries(monitoring.CommandListener):
    """Counts what is asked of the database."""

    count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.count += event.command_name in _QUERIES

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


async def capture(path: str, cookie: str) -> tuple[Template, dict]:
    """What the portal hands to the template for this page; says what it asks the database for."""
    real = Template.render
    queries = Queries()
    monitoring.register(queries)

    def render(self: Template, *args: dict, **kwargs: object) -> str:
        _rendered.append((self, dict(*args, **kwargs)))
        return real(self, *args, **kwargs)

    Template.render = render
    transport = httpx.ASGITransport(portal(PortalConfig.load()))
    async with httpx.AsyncClient(transport=transport, base_url="http://bare") as client:
        for _ in range(2):  # the first one may also ask what is remembered later
            queries.count = 0
            answer = await client.get(path, headers={"Cookie": cookie, "Accept": "text/html"})
            assert answer.status_code == 200, answer.text
    Template.render = real
    print(queries.count, flush=True)
    return _rendered[-1]


async def main(port: int, path: str, cookie: str) -> None:
    template, values = await capture(path, cookie)
    config = PortalConfig.load()
    store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
    app = FastAPI(openapi_url=None)

    @app.get(path)
    async def show() -> HTMLResponse:
        await store[VIEWS].find_one({})
        return HTMLResponse(template.render(values))

    settings = uvicorn.Config(app, port=port, access_log=False, log_level="warning")
    await uvicorn.Server(settings).serve()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), sys.argv[2], sys.argv[3]))
