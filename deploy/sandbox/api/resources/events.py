"""Events: everything that happened, in order, for whoever missed a webhook."""

from deploy.sandbox.api.call import Call, items, text
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

TYPES_MAX = 20


@route("GET", "/v1/events")
def index(call: Call) -> Json:
    """List events by type, types, creation and whether every endpoint has taken them."""
    types = items(call.fields, "types")
    if types and text(call.fields, "type"):
        raise ApiError("You may only specify one of these parameters: type, types.")
    if len(types) > TYPES_MAX:
        raise ApiError(f"You may list at most {TYPES_MAX} types.", param="types")
    found = listed(call, "event", "type", types=tuple(types), only=_by_delivery(call))
    found["data"] = [_as_of_now(call.scope, event) for event in found["data"]]
    return found


def _by_delivery(call: Call) -> tuple[str, tuple[str, ...]] | None:
    """Success is: sent to every endpoint and taken by each; all else is no success."""
    wanted = text(call.fields, "delivery_success")
    if wanted is None:
        return None
    negation = "NOT" if wanted == "true" else ""
    unfinished = (
        "(SELECT event FROM deliveries WHERE account = ?"
        " AND state IN ('pending', 'failed', 'dropped'))"
    )
    return f"id {negation} IN {unfinished}", (call.scope.account,)


@route("GET", "/v1/events/{id}")
def retrieve(call: Call) -> Json:
    """Give one event with the object as it was then."""
    return _as_of_now(call.scope, call.scope.need(call.subject, "event"))


def _as_of_now(scope: Scope, event: Json) -> Json:
    row = scope.world.store.db.execute(
        "SELECT count(*) AS open FROM deliveries"
        " WHERE account = ? AND event = ? AND state = 'pending'",
        (scope.account, event["id"]),
    ).fetchone()
    return {**event, "pending_webhooks": row["open"]}
