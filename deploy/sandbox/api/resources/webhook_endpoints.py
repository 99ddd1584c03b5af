"""Webhook endpoints; all of them are the platform's."""

from deploy.sandbox.api.call import Call, flag, items, needed_text, text
from deploy.sandbox.api.errors import missing
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine.accounts import platform
from deploy.sandbox.state.store import Json
from deploy.sandbox.webhooks import endpoints


@route("POST", "/v1/webhook_endpoints")
def create(call: Call) -> Json:
    """Register an endpoint; only this answer shows its secret."""
    events = items(call.fields, "enabled_events")
    if not events:
        raise missing("enabled_events")
    return endpoints.register(
        platform(call.scope),
        needed_text(call.fields, "url"),
        events,
        connect=flag(call.fields, "connect"),
        description=text(call.fields, "description"),
    )


@route("GET", "/v1/webhook_endpoints")
def index(call: Call) -> Json:
    """List endpoints."""
    books = platform(call.scope)
    return listed(Call(books, {}, call.fields, call.path), "webhook_endpoint")


@route("GET", "/v1/webhook_endpoints/{id}")
def retrieve(call: Call) -> Json:
    """Give one endpoint."""
    return platform(call.scope).need(call.subject, "webhook_endpoint")


@route("POST", "/v1/webhook_endpoints/{id}")
def update(call: Call) -> Json:
    """Change address or events, or switch it off and on."""
    books = platform(call.scope)
    endpoint = books.need(call.subject, "webhook_endpoint")
    if text(call.fields, "url"):
        endpoint["url"] = text(call.fields, "url")
    if items(call.fields, "enabled_events"):
        endpoint["enabled_events"] = items(call.fields, "enabled_events")
    if "disabled" in call.fields:
        endpoint["status"] = "disabled" if flag(call.fields, "disabled") else "enabled"
    return books.save(endpoint)


@route("DELETE", "/v1/webhook_endpoints/{id}")
def delete(call: Call) -> Json:
    """Forget an endpoint; what is queued for it is dropped."""
    platform(call.scope).need(call.subject, "webhook_endpoint")
    call.scope.world.store.remove("", call.subject)
    return {"id": call.subject, "object": "webhook_endpoint", "deleted": True}
