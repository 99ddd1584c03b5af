"""Every component and some whole pages with invented data: `python -m shared.ui.preview`.

For looking, and for the browser test that checks the look. The pages are sent with the product's
own content policy, so markup that the policy would refuse fails here first.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from shared.http_guards import content_security_policy
from shared.ui import preview_data as data
from shared.ui.assets import STATIC, STATIC_URL, HashedFiles
from shared.ui.forms import Form
from shared.ui.mails import PREVIEW_HEADERS, seen_in
from shared.ui.templates import environment

PORT = 8190
PAGE_POLICY = content_security_policy()

PAGES = environment()

NEW_ALERT = """id: 1
data: <hx-partial hx-target="#feed" hx-swap="afterbegin"><li class="new" id="alert-new">\
<span class="dot ok"></span><div><p class="t">Ellen Park paid $475.00</p>\
<p class="sub">Visa ending 4242</p></div><time class="sub">10:44 AM</time></li></hx-partial>

event: payments:changed
data: 1

"""


def render(name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a preview template with the invented company around it."""
    html = PAGES.get_template(f"preview/{name}.html").render(data.around(name) | context)
    return HTMLResponse(html, status, headers={"Content-Security-Policy": PAGE_POLICY})


async def page(request: Request) -> Response:
    """Show one of the pages; its variant is in `?state=`."""
    name = request.path_params.get("name", "components")
    if name not in data.PAGES:
        return problem_page(404)
    state = request.query_params.get("state", data.PAGES[name][0])
    if state == "error" and name in data.WRONG:
        return refusing(name, Form({"email": "priya@example", "client_email": "ellen"}))
    return render(name, state=state)


async def wrong(request: Request) -> Response:
    """Answer a posted form as if every field were wrong, keeping what was typed."""
    form = Form.posted((await request.form()).multi_items())
    return refusing(request.path_params["name"], form)


def refusing(name: str, form: Form) -> Response:
    """Show a page again with every error it can have."""
    for field, message in data.WRONG[name]:
        form.refuse(field, message)
    return render(name, 422, state="error", form=form)


def problem_page(status: int) -> Response:
    """Show a problem page."""
    html = PAGES.get_template("problem.html").render(
        problem=data.PROBLEMS[status], brand=data.BRAND
    )
    return HTMLResponse(html, status, headers={"Content-Security-Policy": PAGE_POLICY})


async def problem(request: Request) -> Response:
    """Show the problem page of a status."""
    return problem_page(request.path_params["status"])


async def mail(request: Request) -> Response:
    """Show the example mail as a mail program would, in light or dark."""
    html = PAGES.get_template("preview/mail.html").render(data.MAIL)
    html = seen_in(request.query_params.get("theme", "light"), html)
    return HTMLResponse(html, headers=PREVIEW_HEADERS)


async def fragment(_request: Request) -> Response:
    """Answer a slot."""
    return HTMLResponse(PAGES.get_template("preview/fragment.html").render())


async def broken(_request: Request) -> Response:
    """Answer a slot as a service that is away."""
    return Response(status_code=503)


async def refused(_request: Request) -> Response:
    """Refuse what htmx asked for, as the product refuses it."""
    return problem_page(403)


async def slow(_request: Request) -> Response:
    """Take a payment slowly, so that the busy button can be seen."""
    await asyncio.sleep(0.6)
    return RedirectResponse("/portal?state=confirming", 303)


async def stream(_request: Request) -> Response:
    """Send one new alert, then keep the line open."""

    async def news() -> AsyncIterator[str]:
        yield NEW_ALERT
        while True:
            await asyncio.sleep(15)
            yield ": still here\n\n"

    return StreamingResponse(news(), media_type="text/event-stream")


async def dropping(request: Request) -> Response:
    """Send one new alert, hang up, and be away when the page calls again."""
    if "last-event-id" in request.headers:
        return Response(status_code=503)
    return Response(NEW_ALERT, media_type="text/event-stream")


async def quiet(_request: Request) -> Response:
    """Keep a live stream open on which nothing happens."""

    async def silence() -> AsyncIterator[str]:
        while True:
            yield ": still here\n\n"
            await asyncio.sleep(15)

    return StreamingResponse(silence(), media_type="text/event-stream")


async def nothing(_request: Request) -> Response:
    """Answer what a whole product would answer elsewhere."""
    return Response(status_code=204)


async def count(_request: Request) -> Response:
    """Answer the number beside Alerts."""
    return HTMLResponse('4<span class="vh"> need action</span>')


def _get(path: str, handler: Callable[[Request], Awaitable[Response]]) -> Route:
    return Route(path, handler, methods=["GET"])


app = Starlette(
    routes=[
        Mount(STATIC_URL, app=HashedFiles(directory=STATIC)),
        _get("/", page),
        _get("/mail-example", mail),
        _get("/problem/{status:int}", problem),
        _get("/fragments/ok", fragment),
        _get("/fragments/broken", broken),
        _get("/fragments/stream", stream),
        _get("/fragments/dropping", dropping),
        _get("/notifications/fragments/alerts/count", count),
        Route("/refused", refused, methods=["POST"]),
        Route("/slow", slow, methods=["POST"]),
        Route("/staff/scheduling/session/renew", nothing, methods=["POST"]),
        _get("/notifications/fragments/alerts/stream", quiet),
        _get("/{name}", page),
        Route("/{name}", wrong, methods=["POST"]),
    ],
)


def main() -> None:
    """Serve the preview on this machine."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="warning")


if __name__ == "__main__":
    main()
