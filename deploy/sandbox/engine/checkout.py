"""Checkout sessions: what the hosted page does with a payer's choice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import stripe

from deploy.sandbox.api.call import Fields
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import payments, session_state, setting_up
from deploy.sandbox.engine.opening import Opening, checked_currency, open_payment
from deploy.sandbox.engine.payments import Confirmation
from deploy.sandbox.engine.setting_up import Setup
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json


@dataclass(frozen=True)
class Submission:
    """What a payer sent from the page."""

    method: Json
    name: str | None = None
    email: str | None = None
    save: bool = False
    mandate_data: Fields = field(default_factory=dict)


def submit(scope: Scope, session: Json, sent: Submission) -> Json:
    """Pay or save with the chosen method; gives the session as it then is.

    Raises:
        PaymentFailedError: the bank declined; the session stays open for another try.
        ApiError: the session is no longer open.
    """
    must_be_open(session)
    session["customer_details"] = _customer_details(session, sent)
    if session["mode"] == "setup":
        return _submit_setup(scope, session, sent)
    intent = _intent_for(scope, session, sent)
    intent = payments.confirm(
        scope,
        intent,
        Confirmation(
            sent.method,
            return_url=session["success_url"],
            mandate_data=sent.mandate_data,
        ),
    )
    return follow_payment(scope, session, intent)


def must_be_open(session: Json) -> None:
    """Refuse work on a session that is complete or expired."""
    if session["status"] != "open":
        raise ApiError(
            f"This Checkout Session is no longer open (its status is {session['status']}).",
            code="resource_already_exists" if session["status"] == "complete" else None,
        )


def _customer_details(session: Json, sent: Submission) -> Json:
    billing = sent.method["billing_details"]
    return {
        "address": billing["address"],
        "business_name": None,
        "email": sent.email or billing["email"] or session["customer_email"],
        "individual_name": None,
        "name": sent.name or billing["name"],
        "phone": billing["phone"],
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _intent_for(scope: Scope, session: Json, sent: Submission) -> Json:
    """Give the session's payment intent; Checkout makes it at the first attempt, not before."""
    private = scope.private(session["id"])
    data: dict[str, Any] = dict(private["payment_intent_data"])
    data["setup_future_usage"] = reuse = _reuse(private, sent)
    if (session["customer_creation"] == "always" or reuse) and not session["customer"]:
        session["customer"] = _customer_made_now(scope, session)
    if sent.save:
        sent.method["allow_redisplay"] = "always"
        scope.save(sent.method)
    known = scope.get(session["payment_intent"])
    if known is not None:
        return known | {"setup_future_usage": reuse, "customer": session["customer"]}
    opening = Opening(
        fields=_type_choice(session),
        currency=checked_currency(session["currency"]),
        customer=session["customer"],
        metadata=data.pop("metadata"),
    )
    intent = open_payment(scope, opening, session["amount_total"], **data)
    scope.save(intent, {"session": session["id"]})
    session["payment_intent"] = intent["id"]
    scope.save(session)
    return intent


def _reuse(private: Json, sent: Submission) -> str | None:
    """Tell whether this attempt's method is kept: as the seller set it, or as the payer ticked."""
    by_type = private["reuse_by_type"].get(sent.method["type"])
    for_all = private["payment_intent_data"]["setup_future_usage"]
    asked = by_type or for_all or ("off_session" if sent.save else None)
    return None if asked == "none" else asked


def _type_choice(session: Json) -> Fields:
    if session["allowed_payment_method_types"]:
        return {"allowed_payment_method_types": session["allowed_payment_method_types"]}
    return {"payment_method_types": session["payment_method_types"]}


def _customer_made_now(scope: Scope, session: Json) -> str:
    details = session["customer_details"]
    customer = scope.new(
        stripe.Customer,
        "cus",
        email=details["email"],
        name=details["name"],
        metadata={},
        balance=0,
        delinquent=False,
    )
    scope.save(customer)
    scope.emit("customer.created", customer)
    return str(customer["id"])


def follow_payment(scope: Scope, session: Json, intent: Json) -> Json:
    """Complete the session when its payment is through or on its way."""
    if intent["status"] in ("succeeded", "requires_capture"):
        return session_state.complete(scope, session, payment_status="paid")
    if intent["status"] == "processing":
        return session_state.complete(scope, session, payment_status="unpaid")
    return scope.save(session)


def _submit_setup(scope: Scope, session: Json, sent: Submission) -> Json:
    intent = scope.need(session["setup_intent"], "setup_intent")
    if session["customer_creation"] == "always" and not session["customer"]:
        session["customer"] = intent["customer"] = _customer_made_now(scope, session)
    if sent.save:
        sent.method["allow_redisplay"] = "always"
        scope.save(sent.method)
    setup = Setup(sent.method, session["success_url"], sent.mandate_data)
    return follow_setup(scope, session, setting_up.confirm(scope, intent, setup))


def follow_setup(scope: Scope, session: Json, intent: Json) -> Json:
    """Complete the session when its setup is done."""
    if intent["status"] == "succeeded":
        return session_state.complete(scope, session, payment_status="no_payment_required")
    return scope.save(session)


def expire(scope: Scope, session: Json) -> Json:
    """Close the page without a payment; an attempt that was under way is given up."""
    must_be_open(session)
    scope.cancel_timers(session["id"])
    session |= {"status": "expired", "url": None}
    scope.save(session)
    for intent_id, give_up in _attempts(session):
        intent = scope.get(intent_id)
        if intent is not None and intent["status"] in payments.CONFIRMABLE:
            give_up(scope, intent)
    scope.emit("checkout.session.expired", session)
    return session


def _attempts(session: Json) -> list[tuple[str | None, Callable[[Scope, Json], Json]]]:
    return [
        (session["payment_intent"], partial(payments.cancel, reason="expired")),
        (session["setup_intent"], partial(setting_up.cancel, reason="abandoned")),
    ]


def expire_when_due(scope: Scope, session_id: str) -> None:
    """Do what the session's timer is for; a session that ended meanwhile is left alone."""
    session = scope.get(session_id)
    if session is not None and session["status"] == "open":
        expire(scope, session)


def saved_methods(scope: Scope, session: Json) -> list[Json]:
    """List the customer's methods that this page may offer; there is none to save again."""
    if not session["customer"] or session["mode"] == "setup":
        return []
    options = session["saved_payment_method_options"] or {}
    filters = options.get("allow_redisplay_filters") or ["always"]
    return [
        method
        for method in scope.find("payment_method", customer=session["customer"])
        if method["type"] in session["payment_method_types"]
        and method["allow_redisplay"] in filters
    ]
