"""Checkout sessions: a page where a payer pays or saves a method."""

import time
from typing import Any

import stripe

from deploy.sandbox.api.call import (
    Call,
    Fields,
    group,
    items,
    merged_metadata,
    needed_text,
    number,
    text,
)
from deploy.sandbox.api.errors import ApiError, invalid, missing
from deploy.sandbox.api.listing import list_of, listed
from deploy.sandbox.api.resources.catalogue import line_items
from deploy.sandbox.api.resources.payment_intents import shipping
from deploy.sandbox.api.routing import route
from deploy.sandbox.engine import accounts, checkout
from deploy.sandbox.engine.opening import (
    Opening,
    checked_amount,
    checked_currency,
    checked_fee,
    offered_types,
    open_setup,
)
from deploy.sandbox.state.store import Json

LIFETIME_DEFAULT_SECONDS = 24 * 3600
LIFETIME_MIN_SECONDS, LIFETIME_MAX_SECONDS = 30 * 60, 24 * 3600
_CLOCK_SKEW_SECONDS = 60


@route("POST", "/v1/checkout/sessions")
def create(call: Call) -> Json:
    """Open a session; its `url` is the page, and the page ends by itself at `expires_at`."""
    accounts.must_take_money(call.scope)
    mode = text(call.fields, "mode") or "payment"
    _check(call.fields, mode)
    session = _session(call, mode)
    if mode == "payment":
        _add_payment(call, session)
    else:
        _add_setup(call, session)
    lifetime = session["expires_at"] - time.time()  # promised on the caller's clock
    call.scope.later(lifetime, "expire_session", session["id"])
    return session


def _check(fields: Fields, mode: str) -> None:
    if mode not in ("payment", "setup"):
        raise invalid("mode", "The sandbox has no subscriptions.")
    if not text(fields, "success_url"):
        raise missing("success_url")
    if text(fields, "customer") and text(fields, "customer_email"):
        raise ApiError("You may only specify one of these parameters: customer, customer_email.")
    if mode == "setup" and items(fields, "line_items"):
        raise invalid("line_items", "You can not pass `line_items` in `setup` mode.")
    if mode == "payment" and not items(fields, "line_items"):
        raise missing("line_items")


def _expires_at(fields: Fields) -> int:
    real_now = int(time.time())
    wanted = number(fields, "expires_at")
    if wanted is None:
        return real_now + LIFETIME_DEFAULT_SECONDS
    lifetime = wanted - real_now
    shortest = LIFETIME_MIN_SECONDS - _CLOCK_SKEW_SECONDS
    if not shortest <= lifetime <= LIFETIME_MAX_SECONDS + _CLOCK_SKEW_SECONDS:
        raise invalid(
            "expires_at",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
        )
    return wanted


def _session(call: Call, mode: str) -> Json:
    fields = call.fields
    customer = text(fields, "customer")
    if customer is not None:
        call.scope.need(customer, "customer", "customer")
    session = call.scope.new(
        stripe.checkout.Session,
        "cs_test",
        mode=mode,
        status="open",
        ui_mode="hosted_page",
        customer=customer,
        customer_email=text(fields, "customer_email"),
        customer_creation=_customer_creation(fields, mode),
        client_reference_id=text(fields, "client_reference_id"),
        success_url=text(fields, "success_url"),
        cancel_url=text(fields, "cancel_url"),
        locale=text(fields, "locale"),
        metadata=merged_metadata(None, fields.get("metadata")),
        expires_at=_expires_at(fields),
        saved_payment_method_options=_saved_options(fields),
    )
    session["url"] = call.scope.world.public(f"/sandbox/stripe/checkout/{session['id']}")
    return session


def _customer_creation(fields: Fields, mode: str) -> str | None:
    if text(fields, "customer"):
        return None
    return text(fields, "customer_creation") or ("if_required" if mode == "payment" else None)


def _saved_options(fields: Fields) -> Json | None:
    if not text(fields, "customer"):
        return None
    sent = group(fields, "saved_payment_method_options")
    return {
        "allow_redisplay_filters": items(sent, "allow_redisplay_filters") or ["always"],
        "payment_method_remove": text(sent, "payment_method_remove") or "disabled",
        "payment_method_save": text(sent, "payment_method_save"),
    }


def _add_payment(call: Call, session: Json) -> None:
    fields = call.fields
    lines = line_items(call)
    total = checked_amount(sum(line["amount_total"] for line in lines), "line_items")
    currency = lines[0]["currency"]
    types, allowed = offered_types(fields, currency)
    session |= {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "payment_status": "unpaid",
        "payment_method_types": types,
        "allowed_payment_method_types": allowed,
        "submit_type": text(fields, "submit_type"),
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        "payment_method_collection": "if_required",
    }
    data = _payment_intent_data(group(fields, "payment_intent_data"), total)
    kept = {kind: reuse for kind in types if (reuse := _reuse_of(fields, kind))}
    private = {"line_items": lines, "payment_intent_data": data, "reuse_by_type": kept}
    call.scope.save(session, private)


def _reuse_of(fields: Fields, kind: str) -> str | None:
    options = group(group(fields, "payment_method_options"), kind)
    return text(options, "setup_future_usage")


def _payment_intent_data(sent: Fields, total: int) -> dict[str, Any]:
    data: dict[str, Any] = {
        name: text(sent, name)
        for name in (
            "description",
            "on_behalf_of",
            "receipt_email",
            "setup_future_usage",
            "statement_descriptor",
            "statement_descriptor_suffix",
            "transfer_group",
        )
    }
    return {
        **data,
        "application_fee_amount": checked_fee(number(sent, "application_fee_amount"), total),
        "capture_method": text(sent, "capture_method") or "automatic_async",
        "metadata": merged_metadata(None, sent.get("metadata")),
        "shipping": shipping(sent),
    }


def _add_setup(call: Call, session: Json) -> None:
    data = group(call.fields, "setup_intent_data")
    currency = checked_currency(text(call.fields, "currency") or "usd")
    types, allowed = offered_types(call.fields, currency)
    choice = {**call.fields, "description": text(data, "description")}
    metadata = merged_metadata(None, data.get("metadata"))
    opening = Opening(choice, currency, session["customer"], metadata)
    intent = open_setup(call.scope, opening)
    call.scope.save(intent, {"session": session["id"]})
    session |= {
        "currency": currency,
        "payment_status": "no_payment_required",
        "payment_method_types": types,
        "allowed_payment_method_types": allowed,
        "setup_intent": intent["id"],
        "payment_method_collection": "always",
    }
    call.scope.save(session, {"line_items": []})


@route("GET", "/v1/checkout/sessions")
def index(call: Call) -> Json:
    """List sessions, of one customer, payment or state."""
    filters = ("customer", "payment_intent", "status")
    return listed(call, "checkout.session", *filters)


@route("GET", "/v1/checkout/sessions/{id}")
def retrieve(call: Call) -> Json:
    """Give one session."""
    return call.scope.need(call.subject, "checkout.session")


@route("POST", "/v1/checkout/sessions/{id}")
def update(call: Call) -> Json:
    """Change metadata."""
    session = call.scope.need(call.subject, "checkout.session")
    session["metadata"] = merged_metadata(session["metadata"], call.fields.get("metadata"))
    return call.scope.save(session)


@route("POST", "/v1/checkout/sessions/{id}/expire")
def expire(call: Call) -> Json:
    """Close the page now; refused when the session is complete or already expired."""
    return checkout.expire(call.scope, call.scope.need(call.subject, "checkout.session"))


@route("GET", "/v1/checkout/sessions/{id}/line_items")
def session_lines(call: Call) -> Json:
    """List what is being paid for."""
    call.scope.need(call.subject, "checkout.session")
    return list_of(call.scope.private(call.subject).get("line_items", []), call.path)


@route("GET", "/v1/payment_pages/{id}")
def page(call: Call) -> Json:
    """Stripe's command line tool looks at the page like this; not a public route."""
    return call.scope.need(call.subject, "checkout.session")


@route("POST", "/v1/payment_pages/{id}/confirm")
def confirm_page(call: Call) -> Json:
    """Stripe's command line tool presses the button like this; not a public route."""
    session = call.scope.need(call.subject, "checkout.session")
    method = call.scope.need(
        needed_text(call.fields, "payment_method"), "payment_method", "payment_method"
    )
    expected = number(call.fields, "expected_amount")
    if expected is not None and expected != session["amount_total"]:
        raise invalid("expected_amount", "The amount has changed.")
    agreed = {"customer_acceptance": {"type": "online"}}
    return checkout.submit(call.scope, session, checkout.Submission(method, mandate_data=agreed))
