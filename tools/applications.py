"""A service's application, found without knowing what its main calls it."""

import importlib
import typing
from collections.abc import Callable

from fastapi import FastAPI

from shared.config import ServiceConfig


def factory(service: str) -> tuple[Callable[[ServiceConfig], FastAPI], type[ServiceConfig]]:
    """main.py's one function from a configuration to an application."""
    main = importlib.import_module(f"services.{service}.main")
    for function in vars(main).values():
        if getattr(function, "__module__", "") != main.__name__ or isinstance(function, type):
            continue
        hints = typing.get_type_hints(function)
        if hints.pop("return", None) is FastAPI and len(hints) == 1:
            (wanted,) = hints.values()
            return function, wanted
    raise AssertionError(f"{main.__name__} builds no application from its configuration")
