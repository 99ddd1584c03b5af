"""docs/asyncapi/<service>.json: what one service sends and receives, as AsyncAPI 3.0."""

from collections.abc import Iterable
from typing import Any

from shared.contracts.catalogue import ALL_EVENTS
from shared.contracts.event import Envelope, Event
from shared.messaging.topology import EVENTS_EXCHANGE, events_queue
from tools.event_catalogue import promise_of_owner
from tools.field_notes import field_notes, promise
from tools.samples import published
from tools.subscriptions import subscriptions

_SCHEMAS = "#/components/schemas/"


def asyncapi(service: str) -> dict[str, Any]:
    """The document of one service."""
    sent = [event for name, event in ALL_EVENTS.items() if name.startswith(f"{service}.")]
    received = list(subscriptions().get(service, ()))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"Doorstep {service}",
            "version": "1.0.0",
            "description": promise_of_owner(service),
        },
        "defaultContentType": "application/json",
        "channels": {e.name: _channel(e, service) for e in sorted({*sent, *received}, key=_name)},
        "operations": {
            **{f"send.{event.name}": _operation("send", event) for event in sent},
            **{f"receive.{event.name}": _operation("receive", event) for event in received},
        },
        "components": {
            "messages": {e.name: _message(e) for e in sorted({*sent, *received}, key=_name)},
            "schemas": _schemas({*sent, *received}),
        },
    }


def _name(event: type[Event]) -> str:
    return event.name


def _channel(event: type[Event], service: str) -> dict[str, Any]:
    own = event.name.startswith(f"{service}.")
    exchange = {"name": EVENTS_EXCHANGE, "type": "topic", "durable": True}
    binding: dict[str, Any] = {"is": "routingKey", "exchange": exchange}
    if not own:
        binding = {"is": "queue", "queue": {"name": events_queue(service), "durable": True}}
    return {
        "address": event.name,
        "messages": {event.name: {"$ref": f"#/components/messages/{event.name}"}},
        "bindings": {"amqp": binding},
    }


def _operation(action: str, event: type[Event]) -> dict[str, Any]:
    channel = f"#/channels/{event.name}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{event.name}"}],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    data = {"type": "object", "properties": {"data": {"$ref": _SCHEMAS + event.__name__}}}
    return {
        "name": event.name,
        "summary": promise(event),
        "correlationId": {"location": "$message.payload#/correlation_id"},
        "payload": {"allOf": [{"$ref": _SCHEMAS + Envelope.__name__}, data]},
        "examples": [{"payload": published(event).model_dump(mode="json")}],
    }


def _schemas(events: Iterable[type[Event]]) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for model in (Envelope, *events):
        schema = model.model_json_schema(ref_template=_SCHEMAS + "{model}")
        schemas |= schema.pop("$defs", {})
        for field, note in field_notes(model).items():
            schema["properties"][field].setdefault("description", note)
        schemas[model.__name__] = schema
    return dict(sorted(schemas.items()))
