"""Payment methods: create, look at, attach to a customer, take off file."""

from deploy.sandbox.api.call import Call, group, merged_metadata, needed_text, number, text
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import methods
from deploy.sandbox.state.store import Json


@route("POST", "/v1/payment_methods")
def create(call: Call) -> Json:
    """Make a method from a number or a test token; it belongs to nobody yet."""
    return methods.from_params(call.scope, call.fields)


@route("GET", "/v1/payment_methods")
def index(call: Call) -> Json:
    """List methods on file with a customer."""
    return listed(call, "payment_method", "customer", "type", "allow_redisplay")


@route("GET", "/v1/payment_methods/{id}")
def retrieve(call: Call) -> Json:
    """Give one method; a ready-made test name gives a fresh one."""
    found = call.scope.get(call.subject)
    return found or methods.usable(call.scope, call.subject, "id")


@route("POST", "/v1/payment_methods/{id}")
def update(call: Call) -> Json:
    """Change metadata, name and address, expiry, or where it may be shown."""
    method = call.scope.need(call.subject, "payment_method")
    if method["customer"] is None:
        raise ApiError("You must save this PaymentMethod to a customer before you can update it.")
    values: Json = {"metadata": merged_metadata(method["metadata"], call.fields.get("metadata"))}
    if "billing_details" in call.fields:
        values["billing_details"] = methods.billing_details(call.fields)
    if "allow_redisplay" in call.fields:
        values["allow_redisplay"] = text(call.fields, "allow_redisplay")
    sent = group(call.fields, "card")
    if sent:
        expiry = {key: number(sent, key) for key in ("exp_month", "exp_year") if key in sent}
        values["card"] = {**method["card"], **expiry}
    return call.scope.change(method, "payment_method.updated", **values)


@route("POST", "/v1/payment_methods/{id}/attach")
def attach(call: Call) -> Json:
    """Put a method on file with a customer."""
    customer = call.scope.need(needed_text(call.fields, "customer"), "customer", "customer")
    method = methods.usable(call.scope, call.subject, "id")
    return methods.attach(call.scope, method, customer["id"])


@route("POST", "/v1/payment_methods/{id}/detach")
def detach(call: Call) -> Json:
    """Take a method off file; it can never be used again."""
    method = call.scope.need(call.subject, "payment_method")
    if method["customer"] is None:
        raise ApiError("The payment method you provided is not attached to a customer.")
    return methods.detach(call.scope, method)
