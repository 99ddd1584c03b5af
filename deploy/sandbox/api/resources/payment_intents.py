"""Payment intents."""

from typing import Any

from deploy.sandbox.api.call import (
    Call,
    Fields,
    flag,
    group,
    merged_metadata,
    needed_number,
    needed_text,
    number,
    text,
)
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import accounts, methods, microdeposits, payments
from deploy.sandbox.engine.opening import (
    Opening,
    checked_amount,
    checked_currency,
    checked_fee,
    open_payment,
)
from deploy.sandbox.engine.payments import Confirmation
from deploy.sandbox.engine.session_state import session_of
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

_TEXTS = ("receipt_email", "statement_descriptor", "statement_descriptor_suffix", "transfer_group")
_ONLY_WHEN_CONFIRMING = ("off_session", "return_url", "mandate_data", "error_on_requires_action")


@route("POST", "/v1/payment_intents")
def create(call: Call) -> Json:
    """Open a payment, and confirm it at once when asked to."""
    fields = call.fields
    accounts.must_take_money(call.scope)
    confirming = flag(fields, "confirm")
    _only_when_confirming(fields, confirming=confirming)
    amount = checked_amount(needed_number(fields, "amount"))
    opening = Opening(
        fields=fields,
        currency=checked_currency(needed_text(fields, "currency")),
        customer=_customer(call.scope, fields),
        metadata=merged_metadata(None, fields.get("metadata")),
    )
    method = _sent_method(call.scope, fields)
    intent = open_payment(call.scope, opening, amount, **_extras(fields, amount))
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        call.scope.save(intent)
    return _confirm(call, intent, method) if confirming else intent


def _only_when_confirming(fields: Fields, *, confirming: bool) -> None:
    for name in _ONLY_WHEN_CONFIRMING if not confirming else ():
        if name in fields:
            message = f"You cannot provide {name} unless confirm is set to true."
            raise ApiError(message, code="parameter_invalid", param=name)


def _customer(scope: Scope, fields: Fields) -> str | None:
    customer_id = text(fields, "customer")
    if customer_id is not None:
        scope.need(customer_id, "customer", "customer")
    return customer_id


def _sent_method(scope: Scope, fields: Fields) -> Json | None:
    data, method_id = group(fields, "payment_method_data"), text(fields, "payment_method")
    if data:
        return methods.from_params(scope, data)
    return methods.usable(scope, method_id) if method_id else None


def _extras(fields: Fields, amount: int) -> dict[str, Any]:
    extras: dict[str, Any] = {name: text(fields, name) for name in _TEXTS}
    for name in ("capture_method", "confirmation_method"):
        if text(fields, name):
            extras[name] = text(fields, name)
    fee = checked_fee(number(fields, "application_fee_amount"), amount)
    return {
        **extras,
        "application_fee_amount": fee,
        "setup_future_usage": text(fields, "setup_future_usage"),
        "shipping": shipping(fields),
    }


def shipping(fields: Fields) -> Json | None:
    """Read a shipping address as payments keep it."""
    sent = group(fields, "shipping")
    if not sent:
        return None
    address = group(sent, "address")
    places = ("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "address": {place: text(address, place) for place in places},
        "carrier": text(sent, "carrier"),
        "name": text(sent, "name"),
        "phone": text(sent, "phone"),
        "tracking_number": text(sent, "tracking_number"),
    }


def _confirm(call: Call, intent: Json, method: Json | None) -> Json:
    if method is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    if microdeposits.wanted(call.fields, method):
        return microdeposits.ask_payment(call.scope, intent, method)
    off_session = text(call.fields, "off_session")
    how = Confirmation(
        method,
        off_session=off_session not in (None, "false"),
        return_url=text(call.fields, "return_url"),
        mandate_data=group(call.fields, "mandate_data"),
        refuse_action=flag(call.fields, "error_on_requires_action"),
    )
    return payments.confirm(call.scope, intent, how)


def _own(call: Call, wished: str) -> Json:
    """Give an intent that the API may still steer; Checkout's own are left to Checkout."""
    intent = call.scope.need(call.subject, "payment_intent")
    if session_of(call.scope, intent) is not None:
        raise ApiError(
            f"You cannot {wished} this PaymentIntent because it was created by Checkout."
            " To cancel it, expire the Checkout Session instead.",
            code="payment_intent_unexpected_state",
        )
    return intent


@route("POST", "/v1/payment_intents/{id}/confirm")
def confirm(call: Call) -> Json:
    """Try to take the money."""
    intent = _own(call, "confirm")
    if text(call.fields, "setup_future_usage"):
        intent["setup_future_usage"] = text(call.fields, "setup_future_usage")
    method = _sent_method(call.scope, call.fields)
    if method is None and intent["payment_method"]:
        method = methods.usable(call.scope, intent["payment_method"])
    return _confirm(call, intent, method)


@route("POST", "/v1/payment_intents/{id}/cancel")
def cancel(call: Call) -> Json:
    """Give an unfinished payment up."""
    reason = text(call.fields, "cancellation_reason")
    return payments.cancel(call.scope, _own(call, "cancel"), reason)


@route("POST", "/v1/payment_intents/{id}/capture")
def capture(call: Call) -> Json:
    """Take money that was held."""
    intent = call.scope.need(call.subject, "payment_intent")
    return payments.capture(call.scope, intent, number(call.fields, "amount_to_capture"))


@route("POST", "/v1/payment_intents/{id}/verify_microdeposits")
def verify(call: Call) -> Json:
    """Check the code that came with the small deposit, then debit."""
    intent = call.scope.need(call.subject, "payment_intent")
    return microdeposits.verify_payment(call.scope, intent, call.fields)


@route("GET", "/v1/payment_intents")
def index(call: Call) -> Json:
    """List payment intents, of one customer if wanted."""
    return listed(call, "payment_intent", "customer")


@route("GET", "/v1/payment_intents/{id}")
def retrieve(call: Call) -> Json:
    """Give one payment intent."""
    return call.scope.need(call.subject, "payment_intent")


@route("POST", "/v1/payment_intents/{id}")
def update(call: Call) -> Json:
    """Change an intent that nobody has paid yet."""
    intent = call.scope.need(call.subject, "payment_intent")
    fields = call.fields
    intent["metadata"] = merged_metadata(intent["metadata"], fields.get("metadata"))
    for name in ("description", "receipt_email", "setup_future_usage"):
        if name in fields:
            intent[name] = text(fields, name)
    if "amount" in fields:
        _change_amount(intent, fields)
    if "customer" in fields:
        intent["customer"] = _customer(call.scope, fields)
    method = _sent_method(call.scope, fields)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return call.scope.save(intent)


def _change_amount(intent: Json, fields: Fields) -> None:
    if intent["status"] not in payments.CONFIRMABLE:
        raise payments.unexpected_state(intent, "updated")
    intent["amount"] = checked_amount(needed_number(fields, "amount"))
