"""Refunds."""

from deploy.sandbox.api.call import Call, merged_metadata, number, text
from deploy.sandbox.api.errors import ApiError, missing
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import charging, refunding
from deploy.sandbox.state.store import Json


@route("POST", "/v1/refunds")
def create(call: Call) -> Json:
    """Give money back, all that is left of it unless an amount is sent."""
    values = {
        "metadata": merged_metadata(None, call.fields.get("metadata")),
        "reason": text(call.fields, "reason"),
        "instructions_email": text(call.fields, "instructions_email"),
    }
    return refunding.refund_charge(call.scope, _charge(call), number(call.fields, "amount"), values)


def _charge(call: Call) -> Json:
    charge_id, intent_id = text(call.fields, "charge"), text(call.fields, "payment_intent")
    if charge_id is not None:
        return call.scope.need(charge_id, "charge", "charge")
    if intent_id is None:
        raise missing("payment_intent")
    intent = call.scope.need(intent_id, "payment_intent", "payment_intent")
    charge = charging.of_intent(call.scope, intent)
    if charge is None or charge["status"] != "succeeded":
        raise ApiError(
            f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
            code="payment_intent_unexpected_state",
            param="payment_intent",
        )
    return charge


@route("GET", "/v1/refunds")
def index(call: Call) -> Json:
    """List refunds, of one charge or payment intent if wanted."""
    return listed(call, "refund", "charge", "payment_intent")


@route("GET", "/v1/refunds/{id}")
def retrieve(call: Call) -> Json:
    """Give one refund."""
    return call.scope.need(call.subject, "refund")


@route("POST", "/v1/refunds/{id}")
def update(call: Call) -> Json:
    """Change metadata."""
    refund = call.scope.need(call.subject, "refund")
    before = {"metadata": refund["metadata"]}
    metadata = merged_metadata(refund["metadata"], call.fields.get("metadata"))
    call.scope.change(refund, "refund.updated", metadata=metadata)
    call.scope.emit("charge.refund.updated", refund, before)
    return refund


@route("POST", "/v1/refunds/{id}/cancel")
def cancel(call: Call) -> Json:
    """Stop a refund that has not left yet."""
    return refunding.cancel(call.scope, call.scope.need(call.subject, "refund"))
