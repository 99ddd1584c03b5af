"""Structured logs, metrics and traces, with one correlation id from the click to the last event.

Logs hold ids, never names, addresses, mails or tokens: `_redact` is the second line of defence.
"""

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context

_SECRET = re.compile(
    r"(?P<mail>[\w.+-]+@[\w-]+\.[\w.-]+)"
    r"|(?P<path>/(?:p|pay)/)(?!i/)[\w-]{20,}"
    r"|(?P<key>\b(?:pm|sk|rk|whsec|dsk)_)\w+"
    r"|(?P<bearer>[Bb]earer )[\w.~+/=-]+"
    r"|(?P<login>://)[^/@\s]+@"
)

_EXPORT_TIMEOUT_SECONDS = 3


@dataclass(frozen=True)
class Cause:
    """Which request began this, and which event led here."""

    correlation_id: str
    causation_id: str | None = None


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


def current_cause() -> Cause | None:
    """The cause of what is being done in this task, if anybody set one."""
    return _cause.get()


@contextmanager
def because_of(cause: Cause) -> Iterator[None]:
    """Everything inside (logs, outgoing events, calls) carries this cause."""
    token = _cause.set(cause)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=cause.correlation_id):
            yield
    finally:
        _cause.reset(token)


def redacted(text: str) -> str:
    """The text with mail addresses, link tokens, keys and passwords replaced."""

    def mask(match: re.Match[str]) -> str:
        if match["mail"]:
            return "[mail]"
        kept = match["path"] or match["key"] or match["bearer"] or match["login"]
        return f"{kept}[secret]" + ("@" if match["login"] else "")

    return _SECRET.sub(mask, text)


def _redact(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        event[key] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value


def configure_logging(service: str) -> None:
    """One JSON line per event on standard output, the libraries' own logs included."""
    chain: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
        _redact,
    ]
    structlog.configure(
        processors=[*chain, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=chain,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def configure_traces(service: str, endpoint: str | None) -> None:
    """Send spans by OTLP over HTTP where an endpoint is given; otherwise keep them nowhere."""
    if endpoint is None:
        return
    # A tenth of a service's start and memory, for installations that have a collector.
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_TIMEOUT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    trace.set_tracer_provider(provider)


def tracer() -> trace.Tracer:
    """The tracer of this process."""
    return trace.get_tracer("doorstep")


def trace_headers(context: Context | None = None) -> dict[str, str]:
    """W3C trace context of the present span, to travel with a request or an event."""
    headers: dict[str, str] = {}
    propagate.inject(headers, context)
    return headers


def trace_context(headers: dict[str, str]) -> Context:
    """The sender's trace context, to be continued here."""
    return propagate.extract(headers)


@contextmanager
def followed(name: str, senders: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """One span for each sender, in that sender's own trace; yields what is to be continued inside.

    A batch comes from many requests, and each is followed through it. Without a collector this
    costs nothing: the senders' contexts are handed on as they are.
    """
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        yield list(senders)
        return
    spans = [
        tracer().start_span(
            name,
            context=trace_context(dict(sender)),
            kind=trace.SpanKind.CONSUMER,
            attributes={"messaging.batch.message_count": len(senders)},
        )
        for sender in senders
    ]
    try:
        yield [trace_headers(trace.set_span_in_context(span)) for span in spans]
    except Exception as error:
        for span in spans:
            span.set_status(trace.StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        for span in spans:
            span.end()
