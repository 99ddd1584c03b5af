"""The HTTP side of every service: routes that say who may call, health, metrics, one look."""

import gc
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import jinja2
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.types import ASGIApp

from shared import problem_answers
from shared.config import ServiceConfig
from shared.http_guards import Guards, security_headers
from shared.identity import KeyRing, everyone, staff_looking
from shared.operator_pages import Extras, operator_router
from shared.runtime import Runtime
from shared.telemetry import configure_logging, configure_traces

GRACE_SECONDS = 20


class UndeclaredCallerError(RuntimeError):
    """A route does not say who may call it; the service does not start."""


def create_app(
    *,
    runtime: Runtime,
    config: ServiceConfig,
    routers: Sequence[APIRouter],
    title: str,
    pages: jinja2.Environment | None = None,
    body_limits: Mapping[str, int] | None = None,
    form_action: str = "",
    operator: Extras | None = None,
) -> FastAPI:
    """The application. Raises UndeclaredCallerError for a route without a declared caller."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await runtime.start()
        yield
        await runtime.stop()

    app = _GuardedApp(
        title=title,
        version="1.0.0",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # The guards' span is the request's. FastAPI's own would begin a second trace, and it tells
        # the collector the whole path: somebody's link.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.config = config
    app.state.keyring = KeyRing.from_config(config)
    app.state.pages = pages
    app.state.runtime = runtime
    app.guard(security_headers(secure=config.secure, form_action=form_action), body_limits or {})
    problem_answers.install(app)
    for router in (*routers, _operational(app), operator_router(runtime, operator or Extras())):
        app.include_router(router)
    _demand_declared_callers(app)
    return app


class _GuardedApp(FastAPI):
    """Guards go around everything, the answer to an unexpected error included."""

    def guard(self, headers: Mapping[str, str], body_limits: Mapping[str, int]) -> None:
        self._headers = headers
        self._body_limits = body_limits

    def build_middleware_stack(self) -> ASGIApp:
        inside = super().build_middleware_stack()
        return Guards(inside, headers=self._headers, body_limits=self._body_limits)


def serve(factory: Callable[[], FastAPI], config: ServiceConfig, service: str) -> None:
    """Run until told to stop: requests in hand are finished first."""
    configure_logging(service)
    configure_traces(service, config.traces_endpoint)

    def build() -> FastAPI:
        app = factory()
        # What is made once stays; to look through it again and again would stop every request of
        # that moment for a tenth of a second.
        gc.collect()
        gc.freeze()
        return app

    uvicorn.run(
        build,
        factory=True,  # inside the loop: the database driver binds to the one it is made in
        host=config.http_host,
        port=config.http_port,
        log_config=None,
        access_log=False,
        proxy_headers=True,
        forwarded_allow_ips="*",  # only the gateway reaches us; it overwrites the header
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def page(request: Request, template: str, status: int = 200, /, **context: object) -> HTMLResponse:
    """Render a page or fragment of this service, with who is looking and the form token."""
    staff = staff_looking(request)
    pages: jinja2.Environment = request.app.state.pages
    given = {
        "request": request,
        "staff": staff,
        "csrf_token": staff.csrf_token if staff else "",
        "public_url": request.app.state.config.public_url,
        **context,
    }
    return HTMLResponse(
        pages.get_template(template).render(given), status, headers={"Vary": "HX-Request"}
    )


def callers(app: FastAPI) -> Iterator[tuple[str, list[str]]]:
    """Every route with the callers it declares; what has no dependencies declares none."""
    for route in iter_route_contexts(app.routes):
        methods = ",".join(sorted(route.methods or ()))
        dependant = getattr(route, "dependant", None)
        yield f"{methods} {route.path}", list(_declared(dependant)) if dependant else []


def _declared(dependant: Dependant) -> Iterator[str]:
    who = getattr(dependant.call, "caller", None)
    if who is not None:
        yield who
    for part in dependant.dependencies:
        yield from _declared(part)


def _demand_declared_callers(app: FastAPI) -> None:
    silent = [route for route, who in callers(app) if not who]
    if silent:
        raise UndeclaredCallerError(", ".join(silent))


def published_api(app: FastAPI) -> dict[str, Any]:
    """The description of what programs may call; pages and internal routes are left out."""
    document = app.openapi()
    paths = {path: item for path, item in document["paths"].items() if path.startswith("/api/")}
    return {**document, "paths": paths}


def _operational(app: FastAPI) -> APIRouter:
    """Health, metrics and the description of the API; the gateway exposes only the last."""
    runtime: Runtime = app.state.runtime
    router = APIRouter(include_in_schema=False)

    @router.get("/health/live", dependencies=[Depends(everyone("the supervisor asks"))])
    async def live() -> dict[str, str]:
        return {"status": "live"}

    @router.get("/health/ready", dependencies=[Depends(everyone("the balancer asks"))])
    async def ready() -> JSONResponse:
        readiness = await runtime.readiness()
        body: dict[str, Any] = {"ready": readiness.ready, "checks": readiness.checks}
        return JSONResponse(body, 200 if readiness.ready else 503)

    @router.get("/metrics", dependencies=[Depends(everyone("not reachable from outside"))])
    async def metrics() -> Response:
        await runtime.measure()
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    @router.get(
        f"/api/{runtime.service}/v1/openapi.json",
        dependencies=[Depends(everyone("the description of the API is public"))],
    )
    async def openapi() -> JSONResponse:
        return JSONResponse(published_api(app))

    return router
