"""Payment methods: made from numbers, tokens or Stripe's ready-made test names."""

import hashlib
from typing import Any

import stripe

from deploy.sandbox.api.call import Fields, group, needed_text, number, text
from deploy.sandbox.api.errors import ApiError, PaymentFailedError, invalid, no_such
from deploy.sandbox.engine.numbers import (
    BANKS_BY_NAME,
    TEST_ROUTING_NUMBER,
    Bank,
    Card,
    bank_numbered,
    card_named,
    card_numbered,
)
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

ROUTING_DIGITS = 9
_CARD_NAME, _BANK_NAME, _TOKEN_NAME = "pm_card_", "pm_usBankAccount_", "tok_"


def usable(scope: Scope, method_id: str, param: str = "payment_method") -> Json:
    """Give a payment method; a ready-made test name becomes a fresh one."""
    if method_id.startswith((_CARD_NAME, _BANK_NAME)):
        return ready_made(scope, method_id, param)
    method = scope.need(method_id, "payment_method", param)
    if scope.private(method_id).get("detached"):
        raise invalid(
            param,
            f"The provided PaymentMethod ({method_id}) was detached from its customer and may not"
            " be used again.",
        )
    return method


def ready_made(scope: Scope, name: str, param: str) -> Json:
    """Make what `pm_card_visa` and its like stand for."""
    card = card_named(name.removeprefix(_CARD_NAME)) if name.startswith(_CARD_NAME) else None
    if card is not None:
        return new_card(scope, card, {})
    bank = BANKS_BY_NAME.get(name.removeprefix(_BANK_NAME))
    if bank is None:
        raise no_such("payment_method", name, param)
    holder = {"billing_details": {"name": "Jenny Rosen", "email": "jenny@example.com"}}
    return new_bank_account(scope, bank, TEST_ROUTING_NUMBER, holder)


def from_params(scope: Scope, fields: Fields) -> Json:
    """Make a payment method as `POST /v1/payment_methods` describes it."""
    kind = needed_text(fields, "type")
    described = group(fields, kind)
    if kind == "card":
        return new_card(scope, _card_described(scope, described), fields)
    if kind == "us_bank_account":
        return _bank_described(scope, described, fields)
    if kind == "sepa_debit":
        return new_iban(scope, needed_text(described, "iban"), fields)
    raise invalid("type", f"The sandbox has no payment methods of type {kind}.")


def _card_described(scope: Scope, described: Fields) -> Card:
    token = text(described, "token")
    if token is not None:
        return _card_of_token(scope, token)
    typed = needed_text(described, "number").replace(" ", "")
    card = card_numbered(typed)
    if card is None:
        raise PaymentFailedError(
            "Your card number is incorrect.", code="incorrect_number", param="number"
        )
    return card


def _card_of_token(scope: Scope, token: str) -> Card:
    ready = card_named(token.removeprefix(_TOKEN_NAME))
    made = card_numbered(scope.private(token).get("number", ""))
    card = ready or made
    if card is None:
        raise no_such("token", token, "card[token]")
    return card


def new_card(scope: Scope, card: Card, fields: Fields) -> Json:
    """Save a card; of its number only the last four digits can be seen."""
    sent = group(fields, "card")
    shown = blank(stripe.PaymentMethod.Card) | {
        "brand": card.brand,
        "checks": {
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "pass",
        },
        "country": "US",
        "display_brand": card.brand,
        "exp_month": number(sent, "exp_month") or 12,
        "exp_year": number(sent, "exp_year") or 2034,
        "fingerprint": _fingerprint(card.number),
        "funding": card.funding,
        "last4": card.number[-4:],
        "networks": {"available": [card.brand], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return _saved(scope, "card", shown, fields, {"number": card.number})


def _bank_described(scope: Scope, described: Fields, fields: Fields) -> Json:
    routing = needed_text(described, "routing_number")
    if not routing.isdecimal() or len(routing) != ROUTING_DIGITS:
        raise invalid("us_bank_account[routing_number]", "Routing number must have 9 digits.")
    if not text(group(fields, "billing_details"), "name"):
        raise invalid("billing_details[name]", "Missing required param: billing_details[name].")
    account = needed_text(described, "account_number")
    return new_bank_account(scope, bank_numbered(account), routing, fields)


def new_bank_account(scope: Scope, bank: Bank, routing: str, fields: Fields) -> Json:
    """Save a US bank account."""
    sent = group(fields, "us_bank_account")
    shown = blank(stripe.PaymentMethod.UsBankAccount) | {
        "account_holder_type": text(sent, "account_holder_type") or "individual",
        "account_type": text(sent, "account_type") or "checking",
        "bank_name": "STRIPE TEST BANK",
        "fingerprint": _fingerprint(routing + bank.number),
        "last4": bank.number[-4:],
        "networks": {"preferred": "ach", "supported": ["ach"]},
        "routing_number": routing,
    }
    return _saved(scope, "us_bank_account", shown, fields, {"number": bank.number})


def new_iban(scope: Scope, iban: str, fields: Fields) -> Json:
    """Save a SEPA account."""
    bank = bank_numbered(iban.replace(" ", ""))
    shown = blank(stripe.PaymentMethod.SepaDebit) | {
        "bank_code": bank.number[4:9],
        "country": bank.number[:2],
        "fingerprint": _fingerprint(bank.number),
        "last4": bank.number[-4:],
        "generated_from": {"charge": None, "setup_attempt": None},
    }
    return _saved(scope, "sepa_debit", shown, fields, {"number": bank.number})


def _saved(scope: Scope, kind: str, shown: Json, fields: Fields, private: Json) -> Json:
    method = scope.new(
        stripe.PaymentMethod,
        "pm",
        type=kind,
        billing_details=billing_details(fields),
        metadata=group(fields, "metadata"),
        allow_redisplay=text(fields, "allow_redisplay") or "unspecified",
    )
    # Stripe leaves the properties of all other types out.
    kept = {key: value for key, value in method.items() if value is not None or key == "customer"}
    return scope.save({**kept, kind: shown}, private)


def billing_details(fields: Fields) -> Json:
    """Fill in the parts of billing details that were not sent."""
    sent = group(fields, "billing_details")
    address = group(sent, "address")
    places = ("city", "country", "line1", "line2", "postal_code", "state")
    details: dict[str, Any] = {key: text(sent, key) for key in ("email", "name", "phone", "tax_id")}
    details["address"] = {place: text(address, place) for place in places}
    return details


def attach(scope: Scope, method: Json, customer_id: str, **values: Any) -> Json:
    """Put a payment method on file with a customer; raises when it is another's."""
    if method["customer"] not in (None, customer_id):
        raise ApiError(
            f"The payment method {method['id']} has already been attached to another customer.",
            code="payment_method_unexpected_state",
        )
    newly = method["customer"] is None
    method |= {"customer": customer_id, **values}
    scope.save(method)
    if newly:
        scope.emit("payment_method.attached", method)
    return method


def card_of(scope: Scope, method: Json) -> Card:
    """Give the test card behind a saved method."""
    typed = scope.private(method["id"])["number"]
    return card_numbered(typed) or Card(typed, "other")


def bank_of(scope: Scope, method: Json) -> Bank:
    """Give the test bank account behind a saved method."""
    return bank_numbered(scope.private(method["id"])["number"])


def remember(scope: Scope, method: Json, **facts: Any) -> None:
    """Keep something about a method that no answer shows, such as its mandate."""
    scope.save(method, {**scope.private(method["id"]), **facts})


def _fingerprint(typed: str) -> str:
    return hashlib.sha256(typed.encode()).hexdigest()[:16]


def detach(scope: Scope, method: Json) -> Json:
    """Take a payment method off file for good."""
    previous = {"customer": method["customer"]}
    method["customer"] = None
    scope.save(method, {**scope.private(method["id"]), "detached": True})
    scope.emit("payment_method.detached", method, previous)
    return method
