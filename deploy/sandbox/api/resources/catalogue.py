"""Products, prices and the line items made of them."""

from typing import Any

import stripe

from deploy.sandbox.api.call import (
    Call,
    Fields,
    flag,
    group,
    items,
    merged_metadata,
    needed_number,
    needed_text,
    number,
    text,
)
from deploy.sandbox.api.errors import ApiError, invalid
from deploy.sandbox.api.listing import listed
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine.opening import checked_currency
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

LINE_ITEMS_MAX = 100


@route("POST", "/v1/products")
def create_product(call: Call) -> Json:
    """Create something that can have a price."""
    product = _product(call.scope, call.fields)
    call.scope.emit("product.created", product)
    return product


def _product(scope: Scope, fields: Fields) -> Json:
    product = scope.new(
        stripe.Product,
        "prod",
        name=needed_text(fields, "name"),
        description=text(fields, "description"),
        active=True,
        type="service",
        updated=scope.now(),
        metadata=merged_metadata(None, fields.get("metadata")),
        images=items(fields, "images"),
    )
    return scope.save(product)


@route("GET", "/v1/products")
def list_products(call: Call) -> Json:
    """List products."""
    return listed(call, "product")


@route("GET", "/v1/products/{id}")
def retrieve_product(call: Call) -> Json:
    """Give one product."""
    return call.scope.need(call.subject, "product")


@route("POST", "/v1/products/{id}")
def update_product(call: Call) -> Json:
    """Change metadata or name."""
    product = call.scope.need(call.subject, "product")
    values: Json = {"metadata": merged_metadata(product["metadata"], call.fields.get("metadata"))}
    if text(call.fields, "name"):
        values["name"] = needed_text(call.fields, "name")
    return call.scope.change(product, "product.updated", **values)


@route("POST", "/v1/prices")
def create_price(call: Call) -> Json:
    """Create a price of a product."""
    data = {**call.fields, "product_data": group(call.fields, "product_data")}
    price = _price(call.scope, data)
    call.scope.emit("price.created", price)
    return price


def _price(scope: Scope, fields: Fields) -> Json:
    cents = needed_number(fields, "unit_amount")
    product_id = text(fields, "product")
    if product_id is None:
        product_id = _product(scope, group(fields, "product_data"))["id"]
    else:
        scope.need(product_id, "product", "product")
    price = scope.new(
        stripe.Price,
        "price",
        active=True,
        billing_scheme="per_unit",
        currency=checked_currency(needed_text(fields, "currency")),
        nickname=text(fields, "nickname"),
        product=product_id,
        type="one_time",
        unit_amount=cents,
        unit_amount_decimal=str(cents),
        tax_behavior="unspecified",
        metadata=merged_metadata(None, fields.get("metadata")),
    )
    return scope.save(price)


@route("GET", "/v1/prices")
def list_prices(call: Call) -> Json:
    """List prices, of one product if wanted."""
    return listed(call, "price", "product")


@route("GET", "/v1/prices/{id}")
def retrieve_price(call: Call) -> Json:
    """Give one price."""
    return call.scope.need(call.subject, "price")


@route("POST", "/v1/prices/{id}")
def update_price(call: Call) -> Json:
    """Change metadata, or switch the price off."""
    price = call.scope.need(call.subject, "price")
    values: dict[str, Any] = {
        "metadata": merged_metadata(price["metadata"], call.fields.get("metadata"))
    }
    if "active" in call.fields:
        values["active"] = flag(call.fields, "active")
    return call.scope.change(price, "price.updated", **values)


def line_items(call: Call) -> list[Json]:
    """Make the lines of a session; all in one currency, at most 100."""
    sent = items(call.fields, "line_items")
    if len(sent) > LINE_ITEMS_MAX:
        message = f"You can only have up to {LINE_ITEMS_MAX} line items."
        raise invalid("line_items", message)
    lines = [_line(call.scope, line, place) for place, line in enumerate(sent)]
    if len({line["currency"] for line in lines}) > 1:
        raise ApiError("All line items must be in one currency.", param="line_items")
    return lines


def _line(scope: Scope, sent: Fields, place: int) -> Json:
    price_id, data = text(sent, "price"), group(sent, "price_data")
    if price_id is not None:
        price = scope.need(price_id, "price", f"line_items[{place}][price]")
    else:
        price = _price(scope, data)
    quantity = number(sent, "quantity") or 1
    product = scope.need(price["product"], "product")
    total = price["unit_amount"] * quantity
    return scope.new(
        stripe.LineItem,
        "li",
        amount_subtotal=total,
        amount_total=total,
        currency=price["currency"],
        description=product["name"],
        price=price,
        quantity=quantity,
    )
