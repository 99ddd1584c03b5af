"""From the bytes of a message to a typed delivery, in one pass of the parser."""

from typing import Any

from aio_pika.abc import AbstractIncomingMessage
from pydantic import TypeAdapter, ValidationError, create_model

from shared.contracts.event import Envelope, Event
from shared.messaging.subscription import Delivery, PermanentError

_TRACE_HEADERS = ("traceparent", "tracestate")


class UnknownVersionError(Exception):
    """A fact we listen to, in a version this release does not know: park it until the upgrade."""


class DeliveryReader:
    """Reads the events of one subscription."""

    def __init__(self, events: tuple[type[Event], ...]) -> None:
        """One prepared parser per event."""
        self._parsers: dict[str, TypeAdapter[Any]] = {
            event.name: TypeAdapter(
                create_model(f"{event.__name__}Envelope", __base__=Envelope, data=(event, ...))
            )
            for event in events
        }
        self._facts = {name.rsplit(".", 1)[0] for name in self._parsers}

    def read(self, message: AbstractIncomingMessage) -> Delivery:
        """The delivery. Raises UnknownVersionError, or PermanentError when it cannot be read."""
        name = message.type or self._named_inside(message.body)
        parser = self._parsers.get(name)
        if parser is None:
            if name.rsplit(".", 1)[0] in self._facts:
                raise UnknownVersionError(name)
            raise PermanentError(f"unexpected event {name!r}")
        try:
            envelope = parser.validate_json(message.body)
        except ValidationError as error:
            places = sorted({".".join(map(str, e["loc"])) for e in error.errors()})
            raise PermanentError(f"malformed {name}: {', '.join(places)}") from error
        trace = {key: str(message.headers[key]) for key in _TRACE_HEADERS if key in message.headers}
        return Delivery(envelope=envelope, event=envelope.data, trace=trace)

    @staticmethod
    def _named_inside(body: bytes) -> str:
        try:
            return Envelope.model_validate_json(body).type
        except ValidationError as error:
            raise PermanentError("not an event envelope") from error
