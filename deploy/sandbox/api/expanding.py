"""`expand[]=latest_charge.balance_transaction`: ids become the objects they name."""

from typing import Any

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.listing import list_of
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

DEPTH_MAX = 4


def expand(scope: Scope, answer: Json, paths: list[str]) -> Json:
    """Put objects in place of their ids; raises for a property that cannot be expanded."""
    for path in paths:
        steps = path.split(".")
        if len(steps) > DEPTH_MAX:
            message = f"You cannot expand more than {DEPTH_MAX} levels of a property."
            raise ApiError(message, param="expand")
        _walk(scope, answer, steps, path)
    return answer


def _walk(scope: Scope, node: Any, steps: list[str], path: str) -> None:
    if isinstance(node, list):
        for item in node:
            _walk(scope, item, steps, path)
    elif isinstance(node, dict) and steps:
        step, rest = steps[0], steps[1:]
        if (node.get("object"), step) in _ON_DEMAND:
            node[step] = _ON_DEMAND[node["object"], step](scope, node)
        elif step not in node:
            raise ApiError(f"This property cannot be expanded ({path}).", param="expand")
        else:
            node[step] = _expanded(scope, node[step])
        _walk(scope, node[step], rest, path)


def _expanded(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        return scope.get(value) or scope.world.store.read("", value) or value
    return value


def _line_items(scope: Scope, session: Json) -> Json:
    lines = scope.private(session["id"]).get("line_items", [])
    return list_of(lines, f"/v1/checkout/sessions/{session['id']}/line_items")


def _refunds(scope: Scope, charge: Json) -> Json:
    found = scope.find("refund", charge=charge["id"])
    return list_of(found, f"/v1/charges/{charge['id']}/refunds")


def _nothing(_scope: Scope, owner: Json) -> Json:
    return list_of((), f"/v1/customers/{owner['id']}")


_ON_DEMAND = {
    ("checkout.session", "line_items"): _line_items,
    ("charge", "refunds"): _refunds,
    ("customer", "sources"): _nothing,
    ("customer", "subscriptions"): _nothing,
    ("customer", "tax_ids"): _nothing,
}
