"""Disputes."""

from deploy.sandbox.api.call import Call, flag, group, merged_metadata
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import disputing
from deploy.sandbox.state.store import Json


@route("GET", "/v1/disputes")
def index(call: Call) -> Json:
    """List disputes, of one charge or payment intent if wanted."""
    return listed(call, "dispute", "charge", "payment_intent")


@route("GET", "/v1/disputes/{id}")
def retrieve(call: Call) -> Json:
    """Give one dispute."""
    return call.scope.need(call.subject, "dispute")


@route("POST", "/v1/disputes/{id}")
def update(call: Call) -> Json:
    """Add evidence (sent in unless `submit` is false) and metadata."""
    dispute = call.scope.need(call.subject, "dispute")
    evidence = group(call.fields, "evidence")
    held_back = "submit" in call.fields and not flag(call.fields, "submit")
    dispute["metadata"] = merged_metadata(dispute["metadata"], call.fields.get("metadata"))
    for name, value in evidence.items():
        if name in dispute["evidence"]:
            dispute["evidence"][name] = value or None
    if evidence and not held_back:
        return disputing.submit_evidence(call.scope, dispute, evidence)
    call.scope.save(dispute)
    call.scope.emit("charge.dispute.updated", dispute)
    return dispute


@route("POST", "/v1/disputes/{id}/close")
def close(call: Call) -> Json:
    """Give the dispute up: it is lost."""
    dispute = call.scope.need(call.subject, "dispute")
    return disputing.resolve(call.scope, dispute, won=False)
