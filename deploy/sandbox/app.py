"""The HTTP side of the sandbox: the API, hosted pages, the inbox and the control routes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from deploy.sandbox.api import resources
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.gate import Gate
from deploy.sandbox.control import mail, overview, payments, trouble
from deploy.sandbox.engine import timers
from deploy.sandbox.hosted import authentication, checkout_page, receipts
from deploy.sandbox.hosted.look import STATIC
from deploy.sandbox.mailbox import pages, smtp
from deploy.sandbox.sdk import request_rules
from deploy.sandbox.state.world import World
from deploy.sandbox.webhooks.endpoints import register_environment_endpoint
from deploy.sandbox.webhooks.sender import Sender

__all__ = ["build_app", "resources"]

USUAL_REQUESTS = (
    ("post", "/v1/customers"),
    ("post", "/v1/checkout/sessions"),
    ("post", "/v1/payment_intents"),
    ("post", "/v1/payment_intents/{intent}/confirm"),
    ("post", "/v1/refunds"),
    ("get", "/v1/events"),
)


def build_app(world: World) -> FastAPI:
    """Put all routes together around one world; the background loops live with the app."""
    app = FastAPI(
        title="Doorstep sandbox",
        lifespan=_lifespan,
        openapi_url="/_sandbox/openapi.json",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.world = world
    gate = Gate(world)

    async def api(request: Request) -> Response:
        return await gate.answer(request)

    app.add_route("/v1/{path:path}", api, methods=["GET", "POST", "DELETE"])
    for router in (
        overview.router,
        payments.router,
        trouble.router,
        mail.router,
        checkout_page.router,
        authentication.router,
        receipts.router,
        pages.router,
        pages.home,
    ):
        app.include_router(router)
    app.mount("/sandbox/stripe/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(ApiError, _refusal)
    app.add_api_route("/health/ready", _ready, methods=["GET"])
    app.add_api_route("/health/live", _ready, methods=["GET"])
    return app


async def _ready(request: Request) -> dict[str, str]:
    """Ready as soon as the state file answers."""
    request.app.state.world.store.db.execute("SELECT 1")
    return {"status": "ready", "banner": "Sandbox. No real money moves."}


async def _refusal(_request: Request, refusal: Exception) -> Response:
    """Give a refusal on a control route the shape it has on the API."""
    if not isinstance(refusal, ApiError):
        raise refusal
    return JSONResponse(refusal.body(), refusal.status)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    world: World = app.state.world
    register_environment_endpoint(world)
    mail_server = await smtp.serve(world)
    loops = [
        asyncio.create_task(timers.keep_running(world)),
        asyncio.create_task(Sender(world).keep_sending()),
        asyncio.create_task(asyncio.to_thread(request_rules.warm_up, *USUAL_REQUESTS)),
    ]
    yield
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    mail_server.close()
    world.store.close()
