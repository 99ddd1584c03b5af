"""One event is followed across two services: one trace, one correlation id, a chain of causes."""

import http.server
import threading

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from shared import telemetry
from shared.contracts.billing import InvoiceChangedV1
from shared.contracts.event import Envelope
from shared.contracts.portal import AgreementSignedV1
from shared.messaging.outbox import OUTBOX, Outbox
from shared.messaging.subscription import one_by_one
from shared.telemetry import Cause, because_of, tracer
from tests.support.bus import eventually, handled, remembering, tell
from tools.samples import sample


@pytest.fixture
def collector(monkeypatch):
    """Where the spans of this process go: a stand-in for an OTLP collector, over HTTP."""
    spans = []

    class Collect(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collect)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    provider = TracerProvider(resource=Resource.create({"service.name": "doorstep"}))
    exporter = OTLPSpanExporter(endpoint=f"http://127.0.0.1:{server.server_port}/v1/traces")
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry.trace, "get_tracer", provider.get_tracer)
    yield spans
    provider.shutdown()
    server.shutdown()
    server.server_close()


async def test_a_click_is_followed_to_the_second_service(bus, collector):
    async def bill(delivery, session):
        await Outbox(billing, "billing").add([sample(InvoiceChangedV1)], session)

    async with (
        bus.relay("portal") as portal,
        bus.relay("billing") as billing,
        bus.store("notifications") as notifications,
        bus.consumer("billing", billing, one_by_one({AgreementSignedV1: bill})),
        bus.consumer("notifications", notifications, remembering(notifications, InvoiceChangedV1)),
    ):
        with (
            because_of(Cause("request-0001")),
            tracer().start_as_current_span("POST sign") as click,
        ):
            await tell(portal, "portal", sample(AgreementSignedV1))
        await eventually(lambda: handled(notifications, 1))
        await eventually(lambda: _seen(collector, "notifications consume"))
        first = Envelope.model_validate_json((await portal[OUTBOX.name].find_one())["body"])
        second = Envelope.model_validate_json((await billing[OUTBOX.name].find_one())["body"])
        (effect,) = [row async for row in notifications["effects"].find()]

    trace_id = trace.format_trace_id(click.get_span_context().trace_id)
    names = {span.name for span in collector if span.trace_id.hex() == trace_id}
    assert names == {"POST sign", "billing consume", "notifications consume"}
    by_name = {span.name: span for span in collector}
    assert by_name["billing consume"].parent_span_id == by_name["POST sign"].span_id
    assert first.correlation_id == second.correlation_id == "request-0001"
    assert effect["correlation_id"] == "request-0001"
    assert (first.causation_id, second.causation_id) == (None, first.id)


async def _seen(spans, name):
    return [span for span in spans if span.name == name]


async def test_without_a_collector_nothing_is_recorded():
    assert not tracer().start_span("x").is_recording()
