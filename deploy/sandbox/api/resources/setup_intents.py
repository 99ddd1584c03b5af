"""Setup intents."""

from deploy.sandbox.api.call import Call, Fields, flag, group, merged_metadata, text
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import methods, microdeposits, setting_up
from deploy.sandbox.engine.opening import Opening, open_setup
from deploy.sandbox.engine.session_state import session_of
from deploy.sandbox.engine.setting_up import Setup
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json


@route("POST", "/v1/setup_intents")
def create(call: Call) -> Json:
    """Open a setup, and confirm it at once when asked to."""
    customer = text(call.fields, "customer")
    if customer is not None:
        call.scope.need(customer, "customer", "customer")
    metadata = merged_metadata(None, call.fields.get("metadata"))
    opening = Opening(call.fields, "usd", customer, metadata)
    method = _sent_method(call.scope, call.fields)
    usage = text(call.fields, "usage") or "off_session"
    intent = open_setup(call.scope, opening, usage=usage)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        call.scope.save(intent)
    return _confirm(call, intent, method) if flag(call.fields, "confirm") else intent


def _sent_method(scope: Scope, fields: Fields) -> Json | None:
    data, method_id = group(fields, "payment_method_data"), text(fields, "payment_method")
    if data:
        return methods.from_params(scope, data)
    return methods.usable(scope, method_id) if method_id else None


def _confirm(call: Call, intent: Json, method: Json | None) -> Json:
    if method is None:
        raise ApiError(
            "You cannot confirm this SetupIntent because it's missing a payment method.",
            code="setup_intent_unexpected_state",
        )
    if microdeposits.wanted(call.fields, method):
        return microdeposits.ask_setup(call.scope, intent, method)
    how = Setup(method, text(call.fields, "return_url"), group(call.fields, "mandate_data"))
    return setting_up.confirm(call.scope, intent, how)


def _own(call: Call) -> Json:
    intent = call.scope.need(call.subject, "setup_intent")
    if session_of(call.scope, intent) is not None:
        raise ApiError(
            "This SetupIntent was created by Checkout; expire the Checkout Session instead.",
            code="setup_intent_unexpected_state",
        )
    return intent


@route("POST", "/v1/setup_intents/{id}/confirm")
def confirm(call: Call) -> Json:
    """Put the method on file."""
    intent = _own(call)
    method = _sent_method(call.scope, call.fields)
    if method is None and intent["payment_method"]:
        method = methods.usable(call.scope, intent["payment_method"])
    return _confirm(call, intent, method)


@route("POST", "/v1/setup_intents/{id}/cancel")
def cancel(call: Call) -> Json:
    """Give a setup up."""
    return setting_up.cancel(call.scope, _own(call), text(call.fields, "cancellation_reason"))


@route("POST", "/v1/setup_intents/{id}/verify_microdeposits")
def verify(call: Call) -> Json:
    """Check the code that came with the small deposit."""
    intent = call.scope.need(call.subject, "setup_intent")
    return microdeposits.verify_setup(call.scope, intent, call.fields)


@route("GET", "/v1/setup_intents")
def index(call: Call) -> Json:
    """List setup intents."""
    return listed(call, "setup_intent", "customer", "payment_method")


@route("GET", "/v1/setup_intents/{id}")
def retrieve(call: Call) -> Json:
    """Give one setup intent."""
    return call.scope.need(call.subject, "setup_intent")


@route("POST", "/v1/setup_intents/{id}")
def update(call: Call) -> Json:
    """Change metadata and description."""
    intent = call.scope.need(call.subject, "setup_intent")
    intent["metadata"] = merged_metadata(intent["metadata"], call.fields.get("metadata"))
    if "description" in call.fields:
        intent["description"] = text(call.fields, "description")
    return call.scope.save(intent)
