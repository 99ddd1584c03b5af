"""The operator's page of one service: outbox, queues, shelves, and what can be done about them.

The same in all four services, as the commands are (shared/operator_commands.py). It works without
JavaScript; whatever moves more than one message asks for a tick first.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from shared.messaging.operations import Operations
from shared.operator_access import form_token, operator_only, password_of
from shared.operator_sight import AWAY, BrokerAwayError, look, tell_again
from shared.problems import InvalidError
from shared.runtime import Runtime
from shared.ui.assets import STATIC, HashedFiles
from shared.ui.templates import environment

PATH = "/operator"


@dataclass(frozen=True)
class Extras:
    """What only some services have."""

    rebuild: Callable[[], Awaitable[int]] | None = None
    """Empties the read model and has its owners tell it again; says how many views it emptied."""
    watches_unrouted: bool = False


def operator_router(runtime: Runtime, extras: Extras) -> APIRouter:
    """The page, its actions, and the files it is drawn with."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(operator_only)])
    _show(router, runtime, extras)
    _replay(router, runtime)
    if extras.rebuild is not None:
        _rebuild(router, extras.rebuild)
    if extras.watches_unrouted:
        _tell_again(router, runtime)
    return router


def _show(router: APIRouter, runtime: Runtime, extras: Extras) -> None:
    pages = environment()
    files = HashedFiles(directory=STATIC)

    @router.get(PATH)
    async def page(request: Request, done: str = "", count: int = 0) -> HTMLResponse:
        seen = await look(runtime, unrouted=extras.watches_unrouted)
        html = pages.get_template("operator.html").render(
            service=runtime.service,
            seen=seen,
            done=done,
            count=count,
            can_rebuild=extras.rebuild is not None,
            csrf_token=form_token(password_of(request)),
        )
        return HTMLResponse(html)

    @router.get("/static/{name:path}")
    async def static(name: str, request: Request) -> Response:
        return await files.get_response(name, request.scope)


def _replay(router: APIRouter, runtime: Runtime) -> None:
    @router.post(f"{PATH}/replay")
    async def replay(
        shelf: Annotated[Literal["dead", "parked"], Form()],
        message_id: Annotated[str, Form()] = "",
        sure: Annotated[bool, Form()] = False,  # noqa: FBT002 - a tick of the form
    ) -> Response:
        _demand(message_id or sure)
        url = runtime.rabbit_url
        try:
            async with Operations.opened(runtime.service, url, runtime.store) as operations:
                moved = await operations.replay(
                    event_id=message_id or None, parked=shelf == "parked"
                )
        except AWAY as error:
            raise BrokerAwayError from error
        return _done("replayed", moved)


def _rebuild(router: APIRouter, empty: Callable[[], Awaitable[int]]) -> None:
    @router.post(f"{PATH}/rebuild")
    async def rebuild(
        sure: Annotated[bool, Form()] = False,  # noqa: FBT002 - a tick of the form
    ) -> Response:
        _demand(sure)
        return _done("rebuilt", await empty())


def _tell_again(router: APIRouter, runtime: Runtime) -> None:
    @router.post(f"{PATH}/replay-unrouted")
    async def replay_unrouted(
        broker_password: Annotated[str, Form()],
        message_id: Annotated[str, Form()] = "",
        sure: Annotated[bool, Form()] = False,  # noqa: FBT002 - a tick of the form
    ) -> Response:
        _demand(message_id or sure)
        told = await tell_again(runtime.rabbit_url, broker_password, message_id or None)
        return _done("told", told)


def _demand(sure: object) -> None:
    if not sure:
        raise InvalidError("Tick the box that says you are sure. Nothing was moved.")


def _done(what: str, count: int) -> Response:
    return RedirectResponse(f"{PATH}?{urlencode({'done': what, 'count': count})}", 303)
