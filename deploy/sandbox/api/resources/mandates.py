"""Mandates: looked at here, made when a payer agrees to a debit."""

from deploy.sandbox.api.call import Call
from deploy.sandbox.api.routing import route
from deploy.sandbox.state.store import Json


@route("GET", "/v1/mandates/{id}")
def retrieve(call: Call) -> Json:
    """Give one mandate."""
    return call.scope.need(call.subject, "mandate")
