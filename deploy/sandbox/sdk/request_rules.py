"""Is this request one that Stripe's own types allow? In words, when not.

Each params TypedDict of the SDK is rebuilt for pydantic: unknown keys are refused and open enums
(`Literal[...] | str`) are closed. Cross-field rules ("return_url only with confirm") are not in the
types; the resources check those.
"""

import functools
import importlib
import operator
import types
import typing
from typing import Any

import typing_extensions
from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

from deploy.sandbox.sdk.operations import operation_for, operations

_UNIONS = (typing.Union, types.UnionType)


def request_violations(verb: str, path: str, fields: dict[str, Any]) -> list[str]:
    """Name everything wrong with a request; empty when the SDK's types allow it."""
    known = operation_for(verb, path)
    if known is None:
        return [f"no such operation: {verb} {path}"]
    if operations()[known].params_type is None:
        return [f"{verb} {path} takes no parameter"] if fields else []
    try:
        _adapter(*known).validate_python(fields)
    except ValidationError as error:
        return [
            f"{verb} {known[1]} {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors(include_url=False)
        ]
    return []


def warm_up(*requests: tuple[str, str]) -> None:
    """Build the given validators ahead of the first request: one takes up to a second."""
    for request in requests:
        _adapter(*request)


@functools.cache
def _adapter(verb: str, template: str) -> TypeAdapter[Any]:
    operation = operations()[verb, template]
    module = importlib.import_module(str(operation.params_module))
    return TypeAdapter(_Rebuild(module).top(getattr(module, str(operation.params_type))))


class _Rebuild:
    """One params module's TypedDicts, rebuilt strictly; shared parts are built once."""

    def __init__(self, module: types.ModuleType) -> None:
        self._names = vars(module)
        self._built: dict[Any, Any] = {}

    def top(self, source: Any) -> Any:
        """Rebuild the request itself, without the SDK's per-call options such as api_key."""
        return self._typed_dict(source, leave_out=frozenset(RequestOptions.__annotations__))

    def _typed_dict(self, source: Any, leave_out: frozenset[str] = frozenset()) -> Any:
        if source not in self._built:
            fields = {
                key: self._strict(kind)
                for key, kind in source.__annotations__.items()
                if key not in leave_out
            }
            typed_dict: Any = typing_extensions.TypedDict  # made at run time, so no static form
            rebuilt = typed_dict(source.__name__, fields)
            rebuilt.__pydantic_config__ = ConfigDict(extra="forbid")
            self._built[source] = rebuilt
        return self._built[source]

    def _strict(self, kind: Any) -> Any:
        kind = self._resolved(kind)
        if typing_extensions.is_typeddict(kind):
            return self._typed_dict(kind)
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if origin in _UNIONS:
            return functools.reduce(operator.or_, map(self._strict, _closed(arguments)))
        if origin is UntypedStripeObject:  # metadata and its like
            return dict[str, self._strict(arguments[0])]  # type: ignore[misc]
        return self._generic(kind, origin, arguments)

    def _generic(self, kind: Any, origin: Any, arguments: tuple[Any, ...]) -> Any:
        if origin in (typing_extensions.NotRequired, typing_extensions.Required):
            return origin[self._strict(arguments[0])]
        if origin in (list, dict):
            return origin[tuple(self._strict(argument) for argument in arguments)]
        return kind

    def _resolved(self, kind: Any) -> Any:
        if isinstance(kind, str | typing.ForwardRef):
            text = str(getattr(kind, "__forward_arg__", kind))
            return eval(text, self._names)  # noqa: S307 - annotations of the installed SDK only
        return kind


def _closed(arms: tuple[Any, ...]) -> list[Any]:
    """Drop the `str` that keeps a list of literals open; `Literal['']` alone only means "unset"."""
    listed = any(
        typing.get_origin(a) is typing.Literal and typing.get_args(a) != ("",) for a in arms
    )
    return [arm for arm in arms if not (listed and arm is str)]
