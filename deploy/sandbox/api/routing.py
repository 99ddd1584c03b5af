"""The table of routes: (verb, path template) -> handler. Resources fill it when imported."""

import re
from collections.abc import Callable
from typing import Any

from deploy.sandbox.api.call import Call

Handler = Callable[[Call], dict[str, Any]]

_TABLE: list[tuple[str, re.Pattern[str], Handler]] = []


def route(verb: str, template: str) -> Callable[[Handler], Handler]:
    """Register a handler for a path such as `/v1/customers/{id}`."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + r"\Z")

    def register(handler: Handler) -> Handler:
        _TABLE.append((verb, pattern, handler))
        return handler

    return register


def handler_for(verb: str, path: str) -> tuple[Handler, dict[str, str]] | None:
    """Find the first registered handler that serves this request, and the ids in its path."""
    for known_verb, pattern, handler in _TABLE:
        found = pattern.match(path) if known_verb == verb else None
        if found:
            return handler, found.groupdict()
    return None
