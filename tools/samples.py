"""One made-up but valid example of each event, always the same, as its owner would publish it."""

import types
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from shared.contracts.event import Envelope, Event, wrap

MOMENT = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
_TEXTS = {
    "currency": "USD",
    "time_zone": "America/New_York",
    "email": "maria.alvarez@example.com",
    "contact_email": "closing@example.com",
    "recipient": "maria.alvarez@example.com",
    "phone": "+1 919 555 0142",
    "name": "Maria Alvarez",
}
_NUMBERS = {"hue": 210, "duration_minutes": 150, "revision": 3, "version": 2}
_CENTS = 42_500


def sample(contract: type[Event]) -> Event:
    """An event with every field filled, optional ones too."""
    return contract.model_validate(_model(contract), strict=False)


def published(contract: type[Event]) -> Envelope:
    """The sample in its envelope."""
    return wrap(
        sample(contract),
        event_id="0b7c4a52f1d84e2f9f0c3a6d5e4b1a90",
        source=contract.name.split(".", 1)[0],
        time=MOMENT,
        correlation_id="5d2f8c1e7a9b4f60b3d1c2e4f5a60718",
        causation_id="9e1d3c5b7a8f4e2d1c0b9a8f7e6d5c4b",
    )


def _model(model: type[BaseModel]) -> dict[str, Any]:
    return {name: _value(name, field.annotation) for name, field in model.model_fields.items()}


def _value(name: str, annotation: Any) -> Any:
    """A value of this type that reads like one of this name."""
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)[0]
    if origin is Annotated:
        return _value(name, get_args(annotation)[0])
    if origin in {Union, types.UnionType}:
        return _value(name, next(a for a in get_args(annotation) if a is not type(None)))
    if origin is tuple:
        return [_value(name.removesuffix("s"), get_args(annotation)[0])]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _model(annotation)
    return _plain(name, annotation)


def _plain(name: str, annotation: Any) -> Any:
    if annotation is str:
        return _TEXTS.get(name, f"{name.removesuffix('_id').replace('_', '-')}-1")
    if annotation is bool:
        return True
    if annotation is int:
        return _CENTS if name.endswith("_cents") else _NUMBERS.get(name, 1)
    if annotation is date:
        return MOMENT.date()
    if annotation in {datetime, AwareDatetime}:
        return MOMENT
    raise TypeError(f"no sample for {name}: {annotation}")
