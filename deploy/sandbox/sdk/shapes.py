"""Does this JSON look like a Stripe object? Judged by the resource classes of the installed SDK."""

import ast
import importlib
import inspect
import sys
import types
from collections.abc import Callable, Iterable, Iterator
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


_known_properties: dict[str, dict[str, Any]] = {}


def properties(cls: type[StripeObject]) -> dict[str, Any]:
    """List the JSON properties of one resource class and their types (`from_` is `from`)."""
    name = f"{cls.__module__}.{cls.__qualname__}"
    if name not in _known_properties:
        _known_properties[name] = {
            key.removesuffix("_"): resolved(kind, cls)
            for key, kind in inspect.get_annotations(cls).items()
            if not key.startswith("_") and "ClassVar" not in str(kind)
        }
    return _known_properties[name]


def resolved(kind: Any, owner: type[StripeObject]) -> Any:
    """Turn a quoted annotation of `owner`'s module into the type it names."""
    if isinstance(kind, str | ForwardRef):
        text = str(getattr(kind, "__forward_arg__", kind))
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
    if is_union(kind):
        yield from _union_problems(value, get_args(kind), owner, at)
    elif get_origin(kind) is Literal or kind in _WIRE_TYPES:
        if not _is_plain(value, kind):
            yield f"{at}: {value!r} is not a {kind}"
    elif kind is not Any:
        yield from _container_problems(value, kind, owner, at)


def _is_plain(value: Any, kind: Any) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    return isinstance(value, _WIRE_TYPES[kind]) and isinstance(value, bool) == (kind is bool)


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
    origin = get_origin(kind)
    if not isinstance(value, list if origin is list else dict):
        yield f"{at}: expected {'an array' if origin is list else 'an object'}, got {value!r}"
    elif origin in _CONTAINERS:
        yield from _item_problems(_CONTAINERS[origin](value), kind, owner, at)
    elif isinstance(value, dict) and inspect.isclass(kind) and issubclass(kind, StripeObject):
        yield from shape_problems(value, kind, at)


_CONTAINERS: dict[Any, Callable[[Any], Iterable[tuple[Any, Any]]]] = {
    list: enumerate,
    ListObject: lambda value: enumerate(value["data"]),
    UntypedStripeObject: lambda value: value.items(),
}


def _item_problems(
    items: Iterable[tuple[Any, Any]], kind: Any, owner: type[StripeObject], at: str
) -> Iterator[str]:
    for place, item in items:
        yield from _problems(item, get_args(kind)[0], owner, f"{at}/{place}")
