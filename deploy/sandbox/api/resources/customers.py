"""Customers."""

from typing import Any

import stripe

from deploy.sandbox.api.call import Call, Fields, group, merged_metadata, number, text
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import methods
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

_TEXTS = ("description", "email", "name", "phone")
_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_ABSENT_UNLESS_EXPANDED = ("cash_balance", "sources", "subscriptions", "tax_ids")


@route("POST", "/v1/customers")
def create(call: Call) -> Json:
    """Create a customer; a test token or a payment method is attached at once."""
    customer = call.scope.new(
        stripe.Customer,
        "cus",
        **_sent(call.fields),
        metadata=merged_metadata(None, call.fields.get("metadata")),
        balance=number(call.fields, "balance") or 0,
        delinquent=False,
        invoice_prefix="SANDBOX",
        next_invoice_sequence=1,
        preferred_locales=[],
        tax_exempt="none",
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
    )
    for name in _ABSENT_UNLESS_EXPANDED:
        customer.pop(name, None)
    call.scope.save(customer)
    call.scope.emit("customer.created", customer)
    _attach_sent_method(call.scope, customer["id"], call.fields)
    return customer


def _sent(fields: Fields) -> dict[str, Any]:
    sent: dict[str, Any] = {name: text(fields, name) for name in _TEXTS if name in fields}
    if "address" in fields:
        address = group(fields, "address")
        sent["address"] = {name: text(address, name) for name in _ADDRESS}
    if "shipping" in fields:
        shipping = group(fields, "shipping")
        address = group(shipping, "address")
        sent["shipping"] = {
            "address": {name: text(address, name) for name in _ADDRESS},
            "name": text(shipping, "name"),
            "phone": text(shipping, "phone"),
        }
    return sent


def _attach_sent_method(scope: Scope, customer_id: str, fields: Fields) -> None:
    source, method = text(fields, "source"), text(fields, "payment_method")
    if source is not None:
        made = methods.from_params(scope, {"type": "card", "card": {"token": source}})
        methods.attach(scope, made, customer_id)
    if method is not None:
        methods.attach(scope, methods.usable(scope, method), customer_id)


@route("GET", "/v1/customers")
def index(call: Call) -> Json:
    """List customers; `email` must be equal."""
    return listed(call, "customer", "email")


@route("GET", "/v1/customers/{id}")
def retrieve(call: Call) -> Json:
    """Give a customer; a deleted one only says so."""
    return call.scope.need(call.subject, "customer")


@route("POST", "/v1/customers/{id}")
def update(call: Call) -> Json:
    """Change what was sent."""
    customer = call.scope.need(call.subject, "customer")
    values = _sent(call.fields)
    values["metadata"] = merged_metadata(customer["metadata"], call.fields.get("metadata"))
    default = text(group(call.fields, "invoice_settings"), "default_payment_method")
    if default is not None:
        settings = customer["invoice_settings"]
        values["invoice_settings"] = {**settings, "default_payment_method": default}
    return call.scope.change(customer, "customer.updated", **values)


@route("DELETE", "/v1/customers/{id}")
def delete(call: Call) -> Json:
    """Delete a customer and take their methods off file."""
    customer = call.scope.need(call.subject, "customer")
    for method in call.scope.find("payment_method", customer=call.subject):
        methods.detach(call.scope, method)
    call.scope.emit("customer.deleted", customer)
    gone: Json = {"id": call.subject, "object": "customer", "deleted": True}
    return call.scope.save(gone)


@route("GET", "/v1/customers/{id}/payment_methods")
def list_methods(call: Call) -> Json:
    """List what a customer has on file."""
    call.scope.need(call.subject, "customer")
    return listed(call, "payment_method", "type", "allow_redisplay", customer=call.subject)


@route("GET", "/v1/customers/{id}/payment_methods/{method}")
def retrieve_method(call: Call) -> Json:
    """Give one method of a customer."""
    return call.scope.need(call.ids["method"], "payment_method")
