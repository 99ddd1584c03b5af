"""A stand-in for an OTLP collector: what it is sent over HTTP, it remembers."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Seen:
    """One span as it was told."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


@dataclass
class Collector:
    """`url` is where spans are sent to, from this machine or from a container on it."""

    url: str
    spans: list[Seen] = field(default_factory=list)
    told: bytes = b""
    """All that was sent, as it came."""

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    def trace(self, trace_id: str) -> list[Seen]:
        return [span for span in self.spans if span.trace_id == trace_id]

    def take(self, body: bytes) -> None:
        self.told += body
        for told in ExportTraceServiceRequest.FromString(body).resource_spans:
            service = next(
                (a.value.string_value for a in told.resource.attributes if a.key == "service.name"),
                "",
            )
            self.spans += [
                Seen(service, s.name, s.trace_id.hex(), s.span_id.hex(), s.parent_span_id.hex())
                for scope in told.scope_spans
                for s in scope.spans
            ]


def _address() -> str:
    """An address of this machine that its containers reach as well as itself; sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:  # no network at all, and so no containers on one
            return "127.0.0.1"
        return str(probe.getsockname()[0])


@contextmanager
def listening() -> Iterator[Collector]:
    """A collector, until the block ends."""

    class Collect(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("0.0.0.0", 0), Collect)
    collector = Collector(f"http://{_address()}:{server.server_port}/v1/traces")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
