"""Charges: looked at, never made directly; payment intents make them."""

from deploy.sandbox.api.call import Call, merged_metadata, text
from deploy.sandbox.api.listing import list_of, listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.state.store import Json


@route("GET", "/v1/charges")
def index(call: Call) -> Json:
    """List charges, of one customer or payment intent if wanted."""
    return listed(call, "charge", "customer", "payment_intent")


@route("GET", "/v1/charges/{id}")
def retrieve(call: Call) -> Json:
    """Give one charge."""
    return call.scope.need(call.subject, "charge")


@route("POST", "/v1/charges/{id}")
def update(call: Call) -> Json:
    """Change metadata and description."""
    charge = call.scope.need(call.subject, "charge")
    values: Json = {"metadata": merged_metadata(charge["metadata"], call.fields.get("metadata"))}
    if "description" in call.fields:
        values["description"] = text(call.fields, "description")
    return call.scope.change(charge, "charge.updated", **values)


@route("GET", "/v1/charges/{id}/refunds")
def list_refunds(call: Call) -> Json:
    """List what went back from one charge."""
    return list_of(call.scope.find("refund", charge=call.subject), call.path)
