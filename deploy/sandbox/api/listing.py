"""Lists in Stripe's shape: newest first, cursors, `created` bounds, has_more."""

from collections.abc import Sequence
from typing import Any

from deploy.sandbox.api.call import Call, group, number, text
from deploy.sandbox.api.errors import ApiError, no_such
from deploy.sandbox.state.store import Json, Search

PAGE_DEFAULT, PAGE_MAX = 10, 100


def list_of(items: Sequence[Json], url: str, *, has_more: bool = False) -> Json:
    """Wrap objects as a Stripe list."""
    return {"object": "list", "data": list(items), "has_more": has_more, "url": url}


def listed(
    call: Call,
    kind: str,
    *filters: str,
    types: tuple[str, ...] = (),
    only: tuple[str, tuple[Any, ...]] | None = None,
    **fixed: Any,
) -> Json:
    """Answer a list request; `filters` are parameters that must equal a property."""
    equal = {name: text(call.fields, name) for name in filters}
    limit = _limit(call)
    forward = text(call.fields, "ending_before")
    wanted = Search(
        kind,
        equal={**{name: value for name, value in equal.items() if value}, **fixed},
        created=_created_bounds(call),
        before_seq=_place(call, "starting_after", kind),
        after_seq=_place(call, "ending_before", kind),
        limit=limit + 1,
        types=types,
        only=only,
    )
    found = call.scope.world.store.search(call.scope.account, wanted)
    page = found[:limit]
    if forward:
        page.reverse()
    return list_of(page, call.path, has_more=len(found) > limit)


def _limit(call: Call) -> int:
    limit = number(call.fields, "limit") or PAGE_DEFAULT
    if not 1 <= limit <= PAGE_MAX:
        raise ApiError(
            f"Invalid limit: must be between 1 and {PAGE_MAX}.",
            code="parameter_invalid_integer",
            param="limit",
        )
    return limit


def _place(call: Call, param: str, kind: str) -> int | None:
    cursor = text(call.fields, param)
    if cursor is None:
        return None
    place = call.scope.world.store.place(call.scope.account, cursor)
    if place is None:
        raise no_such(kind, cursor, param)
    return place


def _created_bounds(call: Call) -> dict[str, int]:
    bounds = group(call.fields, "created")
    if bounds:
        return {bound: number(bounds, bound) or 0 for bound in bounds if bound in _BOUNDS}
    exactly = number(call.fields, "created")
    return {} if exactly is None else {"": exactly}


_BOUNDS = ("gt", "gte", "lt", "lte")
