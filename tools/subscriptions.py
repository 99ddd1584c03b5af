"""Which service listens to which events, as the services' own code says it."""

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock

from shared.contracts.event import Event
from shared.messaging.subscription import Subscription

SERVICES = Path(__file__).resolve().parent.parent / "services"


@cache
def subscriptions() -> dict[str, tuple[type[Event], ...]]:
    """Service -> the events it binds; a service without `entrypoints/events.py` binds none."""
    return {
        folder.name: tuple(_heard(folder.name))
        for folder in sorted(SERVICES.iterdir())
        if (folder / "entrypoints" / "events.py").exists()
    }


def _heard(service: str) -> Iterator[type[Event]]:
    module = importlib.import_module(f"services.{service}.entrypoints.events")
    for subscription in _subscriptions_of(module):
        yield from subscription.events


def _subscriptions_of(module: ModuleType) -> Iterator[Subscription]:
    """Those it holds, and those its functions make: they only tie handlers to what is given."""
    for thing in vars(module).values():
        if isinstance(thing, Subscription):
            yield thing
        elif inspect.isfunction(thing) and thing.__module__ == module.__name__:
            signature = inspect.signature(thing, eval_str=True)
            if signature.return_annotation is Subscription:
                yield thing(**_placeholders(signature))


def _placeholders(signature: inspect.Signature) -> dict[str, Any]:
    return {
        name: MagicMock()
        for name, parameter in signature.parameters.items()
        if parameter.default is inspect.Parameter.empty
    }
