"""What every answer carries and every request must respect: headers, sizes, correlation, traces."""

import json
import re
import time
from collections.abc import Mapping
from uuid import uuid4

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import Cause, because_of, trace_context, tracer

BODY_MAX = 1_048_576
_CORRELATION_ID = re.compile(r"[\w-]{8,64}")

log = structlog.get_logger()
_seconds = Histogram(
    "doorstep_http_request_seconds", "Time to the end of the answer.", ["method", "route", "status"]
)


def content_security_policy(form_action: str = "") -> str:
    """The strict policy of every page; `form_action` adds hosts that forms may lead to."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; frame-src 'self'; "
        f"form-action 'self'{' ' + form_action if form_action else ''}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def security_headers(*, secure: bool, form_action: str = "") -> dict[str, str]:
    """Headers of every answer that the route did not set itself."""
    headers = {
        "Content-Security-Policy": content_security_policy(form_action),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "X-Robots-Tag": "noindex, nofollow",
        "Cache-Control": "no-store",
    }
    if secure:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers


class Guards:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, headers: Mapping[str, str], body_limits: Mapping[str, int]
    ) -> None:
        """`body_limits`: path pattern -> bytes, where more than BODY_MAX is allowed."""
        self._app = app
        self._headers = headers
        self._body_limits = [(re.compile(path), limit) for path, limit in body_limits.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope)
        correlation_id = given.get("x-correlation-id", "")
        if not _CORRELATION_ID.fullmatch(correlation_id):
            correlation_id = uuid4().hex
        limited = _Limited(receive, self._limit(scope["path"]))
        length = given.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            await _refuse(send, 400, "bad_request", "This length is not a number")
            return
        if int(length) > limited.left:
            await _refuse_too_large(send)
            return
        with (
            because_of(Cause(correlation_id)),
            tracer().start_as_current_span(
                f"{scope['method']} request",
                context=trace_context({"traceparent": given.get("traceparent", "")}),
                kind=SpanKind.SERVER,
            ) as span,
        ):
            answer = _Answer(send, self._headers, correlation_id, limited)
            started = time.perf_counter()
            try:
                await self._app(scope, limited, answer)
            finally:
                route = getattr(scope.get("route"), "path", "unknown")
                span.update_name(f"{scope['method']} {route}")
                span.set_attribute("http.route", route)
                _seconds.labels(scope["method"], route, answer.status).observe(
                    time.perf_counter() - started
                )

    def _limit(self, path: str) -> int:
        return next((n for pattern, n in self._body_limits if pattern.fullmatch(path)), BODY_MAX)


class _Limited:
    """Counts the bytes of a body, whatever length was declared."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self.left = limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self.left -= len(message.get("body", b""))
        if self.left < 0:
            raise BodyTooLargeError
        return message


class _Answer:
    """Adds the headers that are missing when the answer starts."""

    def __init__(
        self, send: Send, headers: Mapping[str, str], correlation_id: str, body: _Limited
    ) -> None:
        self._send = send
        self._headers = headers
        self._correlation_id = correlation_id
        self._body = body
        self._replaced = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if self._replaced:
            return
        if message["type"] == "http.response.start" and self._body.left < 0:
            # The framework calls whatever goes wrong while it reads a body a bad request.
            self._replaced, self.status = True, 413
            await _refuse_too_large(self._guarded)
            return
        await self._guarded(message)

    async def _guarded(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            headers["X-Correlation-Id"] = self._correlation_id
        await self._send(message)


class BodyTooLargeError(Exception):
    """A body without a declared length turned out too long."""


async def _refuse_too_large(send: Send) -> None:
    await _refuse(send, 413, "too_large", "This is too large")


async def _refuse(send: Send, status: int, code: str, title: str) -> None:
    """A problem document from before the application; the connection ends with it."""
    problem = {"type": "about:blank", "title": title, "status": status, "code": code}
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
