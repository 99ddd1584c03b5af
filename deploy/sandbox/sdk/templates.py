"""Empty Stripe objects of the right shape, made from the SDK's resource classes."""

import inspect
import json
from decimal import Decimal
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from stripe import ListObject, StripeObject

from deploy.sandbox.sdk.shapes import is_union, properties, resolved

_EMPTY: dict[Any, Any] = {int: 0, float: 0.0, bool: False, str: "", Decimal: "0"}


def blank(cls: type[StripeObject]) -> dict[str, Any]:
    """Give a fresh object: nullable properties null, required ones empty, lists empty.

    A required enum starts as its first literal, so callers set every state themselves.
    """
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name not in _templates:
        _templates[name] = json.dumps(_blank(cls))
    fresh: dict[str, Any] = json.loads(_templates[name])
    return fresh


_templates: dict[str, str] = {}


def _blank(cls: type[StripeObject]) -> dict[str, Any]:
    return {key: _empty(kind, cls) for key, kind in properties(cls).items() if key != "deleted"}


def _empty(kind: Any, owner: type[StripeObject]) -> Any:
    kind = resolved(kind, owner)
    origin, arguments = get_origin(kind), get_args(kind)
    if is_union(kind):
        return None if NoneType in arguments else _empty(arguments[0], owner)
    if origin is Literal:
        return arguments[0]
    if origin is list:
        return []
    if origin is ListObject:
        return {"object": "list", "data": [], "has_more": False, "url": "/"}
    if inspect.isclass(kind) and issubclass(kind, StripeObject):
        return _blank(kind)
    return _EMPTY.get(kind, {})
