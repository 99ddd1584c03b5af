"""Payouts."""

from deploy.sandbox.api.call import Call, merged_metadata, needed_number, needed_text, text
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import payouts
from deploy.sandbox.engine.opening import checked_currency
from deploy.sandbox.state.store import Json


@route("POST", "/v1/payouts")
def create(call: Call) -> Json:
    """Send available money to the account's bank."""
    return payouts.pay_out(
        call.scope,
        needed_number(call.fields, "amount"),
        checked_currency(needed_text(call.fields, "currency")),
        description=text(call.fields, "description"),
        metadata=merged_metadata(None, call.fields.get("metadata")),
    )


@route("GET", "/v1/payouts")
def index(call: Call) -> Json:
    """List payouts, in one state if wanted."""
    return listed(call, "payout", "status")


@route("GET", "/v1/payouts/{id}")
def retrieve(call: Call) -> Json:
    """Give one payout."""
    return call.scope.need(call.subject, "payout")


@route("POST", "/v1/payouts/{id}")
def update(call: Call) -> Json:
    """Change metadata."""
    payout = call.scope.need(call.subject, "payout")
    metadata = merged_metadata(payout["metadata"], call.fields.get("metadata"))
    return call.scope.change(payout, "payout.updated", metadata=metadata)


@route("POST", "/v1/payouts/{id}/cancel")
def cancel(call: Call) -> Json:
    """Stop a payout that has not arrived."""
    return payouts.cancel(call.scope, call.scope.need(call.subject, "payout"))
