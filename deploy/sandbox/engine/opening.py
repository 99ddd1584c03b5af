"""New intents: amounts, currencies and the payment method types that are offered."""

from dataclasses import dataclass
from typing import Any

import stripe

from deploy.sandbox.api.call import Fields, items, text
from deploy.sandbox.api.errors import ApiError, invalid
from deploy.sandbox.state.idents import new_id
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

SMALLEST_CENTS, LARGEST_CENTS = 50, 99_999_999
_OFFERED = {
    "usd": ("card", "us_bank_account"),
    "eur": ("card", "sepa_debit"),
    "cad": ("card",),
    "gbp": ("card",),
    "aud": ("card",),
}


def checked_currency(sent: str) -> str:
    """Give a currency the sandbox deals in, in lower case."""
    if sent.lower() not in _OFFERED:
        raise invalid(
            "currency", f"Invalid currency: {sent}. The sandbox knows {sorted(_OFFERED)}."
        )
    return sent.lower()


def checked_amount(cents: int, param: str = "amount") -> int:
    """Give an amount in cents that Stripe would take."""
    if cents < SMALLEST_CENTS:
        raise ApiError("Amount must be at least $0.50 usd.", code="amount_too_small", param=param)
    if cents > LARGEST_CENTS:
        raise ApiError(
            "Amount must be no more than $999,999.99.", code="amount_too_large", param=param
        )
    return cents


def checked_fee(fee: int | None, amount: int) -> int | None:
    """Give an application fee that the payment can carry."""
    if fee is not None and not 0 < fee <= amount:
        raise invalid("application_fee_amount", "The application fee cannot exceed the amount.")
    return fee


def offered_types(fields: Fields, currency: str) -> tuple[list[str], list[str] | None]:
    """Give (types in force, the request's own filter).

    `allowed_payment_method_types` narrows what is offered; the older `payment_method_types` that
    the command line tool sends is taken as it is.
    """
    older = items(fields, "payment_method_types")
    if older:
        return older, None
    offered = list(_OFFERED[currency])
    allowed = items(fields, "allowed_payment_method_types") or None
    excluded = items(fields, "excluded_payment_method_types")
    left = [
        kind for kind in offered if kind not in excluded and (allowed is None or kind in allowed)
    ]
    if not left:
        raise invalid(
            "allowed_payment_method_types",
            f"None of the payment method types is available in {currency}.",
        )
    return left, allowed


@dataclass(frozen=True)
class Opening:
    """What every intent starts with."""

    fields: Fields
    currency: str
    customer: str | None
    metadata: Json


def open_payment(scope: Scope, opening: Opening, amount: int, **values: Any) -> Json:
    """Make a payment intent that waits for a payment method; announced as created."""
    intent = _opened(scope, stripe.PaymentIntent, "pi", opening)
    intent |= {
        "amount": amount,
        "currency": opening.currency,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "payment_method_options": _options(intent["payment_method_types"]),
        **values,
    }
    scope.save(intent)
    scope.emit("payment_intent.created", intent)
    return intent


def open_setup(scope: Scope, opening: Opening, **values: Any) -> Json:
    """Make a setup intent that waits for a payment method; announced as created."""
    intent = _opened(scope, stripe.SetupIntent, "seti", opening)
    intent |= {"usage": "off_session", **values}
    scope.save(intent)
    scope.emit("setup_intent.created", intent)
    return intent


def _opened(scope: Scope, cls: type[stripe.StripeObject], prefix: str, opening: Opening) -> Json:
    types, allowed = offered_types(opening.fields, opening.currency)
    intent = scope.new(
        cls,
        prefix,
        status="requires_payment_method",
        customer=opening.customer,
        metadata=opening.metadata,
        description=text(opening.fields, "description"),
        on_behalf_of=text(opening.fields, "on_behalf_of"),
        payment_method_types=types,
        allowed_payment_method_types=allowed,
    )
    intent["client_secret"] = f"{intent['id']}_secret_{new_id('x')[2:]}"
    if "payment_method_types" not in opening.fields:
        intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    return intent


def _options(types: list[str]) -> Json:
    options: Json = {}
    if "card" in types:
        options["card"] = {
            "installments": None,
            "mandate_options": None,
            "network": None,
            "request_three_d_secure": "automatic",
        }
    if "us_bank_account" in types:
        options["us_bank_account"] = {"verification_method": "automatic"}
    return options
