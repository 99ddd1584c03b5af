"""One event is followed across two services: one trace, one correlation id, a chain of causes."""

from dataclasses import replace

import pytest
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from shared import telemetry
from shared.contracts.billing import InvoiceChangedV1
from shared.contracts.event import Envelope
from shared.contracts.portal import AgreementSignedV1, LinkOpenedV1
from shared.messaging.outbox import OUTBOX, Outbox
from shared.messaging.subscription import one_by_one
from shared.telemetry import Cause, because_of, tracer
from tests.support.bus import eventually, handled, opening, remembering, tell
from tests.support.collector import listening
from tools.samples import sample


@pytest.fixture
def collector(monkeypatch):
    """Where the spans of this process go: a stand-in for an OTLP collector, over HTTP."""
    with listening() as collector:
        provider = TracerProvider(resource=Resource.create({"service.name": "doorstep"}))
        exporter = OTLPSpanExporter(endpoint=collector.url)
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        monkeypatch.setattr(telemetry.trace, "get_tracer_provider", lambda: provider)
        yield collector
        provider.shutdown()


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
        await eventually(lambda: _named(collector, "notifications consume", 1))
        first = Envelope.model_validate_json((await portal[OUTBOX.name].find_one())["body"])
        second = Envelope.model_validate_json((await billing[OUTBOX.name].find_one())["body"])
        (effect,) = [row async for row in notifications["effects"].find()]

    trace_id = trace.format_trace_id(click.get_span_context().trace_id)
    names = {span.name for span in collector.trace(trace_id)}
    assert names == {"POST sign", "billing consume", "notifications consume"}
    (heard,), (told,) = collector.named("billing consume"), collector.named("notifications consume")
    assert heard.parent_id == trace.format_span_id(click.get_span_context().span_id)
    assert told.parent_id == heard.span_id
    assert first.correlation_id == second.correlation_id == "request-0001"
    assert effect["correlation_id"] == "request-0001"
    assert (first.causation_id, second.causation_id) == (None, first.id)


async def _named(collector, name, count):
    return len(collector.named(name)) >= count


async def test_every_event_of_a_batch_is_followed_in_its_own_trace(bus, collector):
    sizes = []

    async def bill(delivery, session):
        await Outbox(billing, "billing").add([sample(InvoiceChangedV1)], session)

    async def counted(deliveries, session):
        sizes.append(len(deliveries))
        await each.handle(deliveries, session)

    each = one_by_one({LinkOpenedV1: bill})
    async with bus.relay("portal") as portal, bus.store("billing") as billing:
        async with bus.consumer("billing", billing, each):
            pass  # declares the queue, so that what follows waits as one batch
        clicks = set()
        for number in range(4):
            with tracer().start_as_current_span("POST open") as click:
                await tell(portal, "portal", opening(number))
            clicks.add(trace.format_trace_id(click.get_span_context().trace_id))
        await eventually(lambda: _waiting(bus, 4))
        async with bus.consumer("billing", billing, replace(each, handle=counted)):
            await eventually(lambda: _named(collector, "billing consume", 4))
        told = [row["trace"]["traceparent"] async for row in billing[OUTBOX.name].find()]

    assert max(sizes) > 1, "there was no batch, so this shows nothing"
    assert {span.trace_id for span in collector.named("billing consume")} == clicks
    assert {traceparent.split("-")[1] for traceparent in told} == clicks
    assert len(told) == len(clicks) == 4


async def _waiting(bus, count):
    return await bus.ready("billing.events") == count


async def test_without_a_collector_nothing_is_recorded():
    assert not tracer().start_span("x").is_recording()
