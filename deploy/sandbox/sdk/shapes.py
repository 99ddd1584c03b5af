"""Does this JSON look like a Stripe object? Judged by the resource classes of the installed SDK."""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any, ForwardRef, Literal, Union, get_args, get_origin

from stripe import ListObject, StripeObject
from stripe._stripe_object import UntypedStripeObject

_WIRE_TYPES: dict[Any, tuple[type, ...]] = {
    int: (int,),
    float: (int, float),
    str: (str,),
    bool: (bool,),
    Decimal: (str,),
}
_EVERYWHERE = {"id", "object", "deleted"}


def shape_problems(value: dict[str, Any], cls: type[StripeObject], at: str = "") -> Iterator[str]:
    """Name missing, unknown and wrongly typed properties of one object, and of what it holds.

    The SDK writes "may be null" and "may be absent" the same way, so an absent optional passes.
    """
    described = properties(cls)
    for key, kind in described.items():
        if key in value:
            yield from _problems(value[key], kind, cls, f"{at}/{key}")
        elif not _may_be_null(kind):
            yield f"{at}/{key}: missing"
    if described:
        for key in value.keys() - described.keys() - _EVERYWHERE:
            yield f"{at}/{key}: not a property of {cls.__qualname__}"


@cache
def properties(cls: type[StripeObject]) -> dict[str, Any]:
    """List the JSON properties of one class and their annotations (`from_` is `from`)."""
    return {
        key.removesuffix("_"): resolved(kind, cls)
        for key, kind in cls.__dict__.get("__annotations__", {}).items()
        if not key.startswith("_") and "ClassVar" not in str(kind)
    }


def resolved(kind: Any, owner: type[StripeObject]) -> Any:
    """Turn a quoted annotation of `owner`'s module into the type it names."""
    if isinstance(kind, str | ForwardRef):
        text = getattr(kind, "__forward_arg__", kind)
        return eval(text, _names(owner.__module__))  # noqa: S307 - the installed SDK's own words
    return kind


@cache
def _names(module_name: str) -> dict[str, Any]:
    """What annotations of a module may mention: its globals and its type-checking imports."""
    module = sys.modules[module_name]
    scope = dict(vars(module))
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        source = node.module if isinstance(node, ast.ImportFrom) else None
        if source and source.startswith("stripe.") and not source.startswith("stripe.params"):
            _add_imports(scope, source, node)
    return scope


def _add_imports(scope: dict[str, Any], source: str, node: ast.AST) -> None:
    for alias in node.names if isinstance(node, ast.ImportFrom) else ():
        name = alias.asname or alias.name
        if name not in scope:
            scope[name] = getattr(importlib.import_module(source), alias.name)


def _may_be_null(kind: Any) -> bool:
    return is_union(kind) and types.NoneType in get_args(kind)


def is_union(kind: Any) -> bool:
    """Tell `Union[...]`, `Optional[...]` and `X | Y` from everything else."""
    return get_origin(kind) in (Union, types.UnionType)


def _problems(value: Any, kind: Any, owner: type[StripeObject], at: str) -> Iterator[str]:
    kind = resolved(kind, owner)
    if kind is Any:
        return
    if is_union(kind):
        yield from _union_problems(value, get_args(kind), owner, at)
    elif get_origin(kind) is Literal:
        if value not in get_args(kind):
            yield f"{at}: {value!r} is not listed"
    elif kind in _WIRE_TYPES:
        if not isinstance(value, _WIRE_TYPES[kind]) or isinstance(value, bool) != (kind is bool):
            yield f"{at}: expected {kind.__name__}, got {value!r}"
    else:
        yield from _container_problems(value, kind, owner, at)


def _union_problems(
    value: Any, arms: tuple[Any, ...], owner: type[StripeObject], at: str
) -> Iterator[str]:
    if value is None and types.NoneType in arms:
        return
    arms = tuple(resolved(arm, owner) for arm in arms if arm is not types.NoneType)
    if any(get_origin(arm) is Literal for arm in arms):  # `Literal[...] | str`: close the enum
        arms = tuple(arm for arm in arms if arm is not str)
    yield from min((list(_problems(value, arm, owner, at)) for arm in arms), key=len)


def _container_problems(value: Any, kind: Any, owner: type[StripeObject], at: str) -> Iterator[str]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is list and isinstance(value, list):
        for place, item in enumerate(value):
            yield from _problems(item, arguments[0], owner, f"{at}/{place}")
    elif origin is list:
        yield f"{at}: not an array"
    elif not isinstance(value, dict):
        yield f"{at}: expected an object, got {value!r}"
    elif origin is ListObject:
        for place, item in enumerate(value["data"]):
            yield from _problems(item, arguments[0], owner, f"{at}/{place}")
    elif origin is UntypedStripeObject:
        for key, item in value.items():
            yield from _problems(item, arguments[0], owner, f"{at}/{key}")
    elif inspect.isclass(kind) and issubclass(kind, StripeObject):
        yield from shape_problems(value, kind, at)
