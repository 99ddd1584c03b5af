"""Refusals as HTTP: problem+json for programs, a page in plain words for people (RFC 9457)."""

from http import HTTPStatus
from traceback import format_exception
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException

from shared.http_guards import BodyTooLargeError
from shared.problems import (
    InvalidError,
    NotFoundError,
    NotSignedInError,
    RefusalError,
    TooLargeError,
    TooManyError,
    UnavailableError,
)
from shared.service_client import RemoteRefusalError

log = structlog.get_logger()
_NEXT_STEPS = {
    403: "If you need it, ask an owner of your company to change your role.",
    404: "Check the address, or go back to where you came from.",
    410: "Ask the company that sent it to you for a new one.",
    429: "Try again in a minute.",
    503: "Nothing is lost. Try again in a moment.",
}
_DESK = ("Go to the schedule", "/staff/scheduling/schedule")
RENEW_PATH = "/staff/scheduling/session/renew"


class Problem(BaseModel):
    """A problem document. `code` is stable; further members depend on it."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's `responses=`: these statuses answer with a problem document."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Register the handlers."""
    app.add_exception_handler(RefusalError, _refusal)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(PyMongoError, _database)
    app.add_exception_handler(BodyTooLargeError, _too_large)
    app.add_exception_handler(Exception, _bug)


def problem_response(request: Request, refusal: RefusalError) -> Response:
    """The refusal in the form this caller reads."""
    if isinstance(refusal, NotSignedInError) and _is_browser(request):
        return _sign_in(request)
    status = refusal.remote_status if isinstance(refusal, RemoteRefusalError) else refusal.status
    code = refusal.remote_code if isinstance(refusal, RemoteRefusalError) else refusal.code
    headers = {}
    if isinstance(refusal, UnavailableError | TooManyError):
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    pages = getattr(request.app.state, "pages", None)
    if pages is not None and _is_browser(request):
        words = _in_words(refusal, status, request.url.path)
        html = pages.get_template("problem.html").render(problem=words)
        return Response(html, status, headers, media_type="text/html")
    body = {
        **refusal.extra,
        "type": "about:blank",
        "title": refusal.title,
        "status": status,
        "code": code,
        "detail": refusal.detail,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _in_words(refusal: RefusalError, status: int, path: str) -> dict[str, object]:
    happened = "" if refusal.detail == refusal.title else refusal.detail
    return {
        "status": status,
        "title": refusal.title,
        "happened": happened or "Nothing was changed.",
        "next_step": _NEXT_STEPS.get(status, "Go back, check what you entered, and try again."),
        "action": _DESK if path.startswith("/staff/") and status in {403, 404} else None,
    }


def _is_browser(request: Request) -> bool:
    if request.url.path.startswith(("/api/", "/internal/", "/webhooks/")):
        return False
    return "text/html" in request.headers.get("accept", "") or "hx-request" in request.headers


def _sign_in(request: Request) -> Response:
    """To where the session is renewed, and back."""
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": RENEW_PATH})
    if request.method != "GET":
        return RedirectResponse(RENEW_PATH, 303)
    back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{RENEW_PATH}?next={quote(back, safe='/')}", 303)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)  # noqa: S101 - registered for this class only
    return problem_response(request, error)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    errors = [
        {"field": ".".join(map(str, e["loc"][1:])), "message": e["msg"]} for e in error.errors()
    ]
    names = ", ".join(sorted({e["field"] or "body" for e in errors}))
    return problem_response(request, InvalidError(f"Please check: {names}.", errors=errors))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == HTTPStatus.NOT_FOUND:
        return problem_response(request, NotFoundError())
    refusal = RefusalError(HTTPStatus(error.status_code).phrase)
    response = problem_response(request, refusal)
    response.status_code = error.status_code
    response.headers.update(error.headers or {})
    return response


async def _database(request: Request, error: Exception) -> Response:
    log.warning("database away", error=type(error).__name__, path=request.url.path)
    return problem_response(request, UnavailableError())


async def _too_large(request: Request, _error: Exception) -> Response:
    return problem_response(request, TooLargeError())


async def _bug(request: Request, error: Exception) -> Response:
    log.error("unexpected error", path=request.url.path, exception="".join(format_exception(error)))
    body = Problem(
        title="Something went wrong on our side",
        status=500,
        code="internal_error",
        detail="Nothing was changed by this request, or it was changed completely. Try again.",
    )
    return JSONResponse(body.model_dump(), 500, media_type="application/problem+json")
