"""Charges: one attempt each, with what the bank said and what it cost."""

import stripe

from deploy.sandbox.engine import methods, money
from deploy.sandbox.engine.money import Movement
from deploy.sandbox.engine.numbers import Decline
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

_COPIED = (
    "amount",
    "application_fee_amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "on_behalf_of",
    "receipt_email",
    "shipping",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
_APPROVED = {
    "network_status": "approved_by_network",
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def new_charge(scope: Scope, intent: Json, method: Json, mandate: str | None = None) -> Json:
    """Start a charge for an intent; its status is still `pending`."""
    card = method["type"] == "card"
    charge = scope.new(
        stripe.Charge,
        "ch" if card else "py",
        **{name: intent[name] for name in _COPIED},
        billing_details=method["billing_details"],
        calculated_statement_descriptor="DOORSTEP SANDBOX",
        fraud_details={},
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(scope, method, mandate),
        paid=False,
        captured=False,
        status="pending",
    )
    intent["latest_charge"] = charge["id"]
    return scope.save(charge)


def _details(scope: Scope, method: Json, mandate: str | None) -> Json:
    kind = method["type"]
    classes = {
        "card": stripe.Charge.PaymentMethodDetails.Card,
        "us_bank_account": stripe.Charge.PaymentMethodDetails.UsBankAccount,
        "sepa_debit": stripe.Charge.PaymentMethodDetails.SepaDebit,
    }
    shown = blank(classes[kind])
    for key in shown.keys() & method[kind].keys():
        shown[key] = method[kind][key]
    if kind == "card":
        checked = {"address_line1_check": None, "address_postal_code_check": None}
        shown |= {"network": method["card"]["brand"], "checks": {**checked, "cvc_check": "pass"}}
        if scope.private(method["id"]).get("authenticated"):
            shown["three_d_secure"] = _AUTHENTICATED
    else:
        shown["mandate"] = mandate
    return {"type": kind, kind: shown}


_AUTHENTICATED = {
    "authentication_flow": "challenge",
    "electronic_commerce_indicator": "05",
    "exemption_indicator": None,
    "result": "authenticated",
    "result_reason": None,
    "transaction_id": None,
    "version": "2.2.0",
}


def succeed(scope: Scope, charge: Json, *, captured: bool = True) -> Json:
    """The bank said yes; captured money is booked at once."""
    charge |= {"status": "succeeded", "paid": True, "outcome": _outcome(_APPROVED)}
    charge["receipt_url"] = scope.world.public(f"/sandbox/stripe/receipts/{charge['id']}")
    if captured:
        book(scope, charge, charge["amount"])
    scope.save(charge)
    scope.emit("charge.succeeded", charge)
    return charge


def book(scope: Scope, charge: Json, amount: int) -> Json:
    """Take the money of a charge into the balance, all of it or the captured part."""
    kind = charge["payment_method_details"]["type"]
    method = scope.get(charge["payment_method"])
    bypass = bool(method and kind == "card" and methods.card_of(scope, method).available_at_once)
    movement = Movement(
        source=charge["id"],
        amount=amount,
        currency=charge["currency"],
        kind="charge" if kind == "card" else "payment",
        category="charge",
        fee=money.processing_fee(kind, amount),
        application_fee=charge["application_fee_amount"] or 0 if scope.account else 0,
        at_once=bypass,
        description=charge["description"],
    )
    charge |= {
        "amount_captured": amount,
        "captured": True,
        "balance_transaction": money.record(scope, movement)["id"],
        "application_fee": money.collect_application_fee(scope, charge),
    }
    return scope.save(charge)


def release(scope: Scope, charge: Json) -> Json:
    """Give money that was only held back to the payer."""
    before = {"amount_refunded": 0, "refunded": False}
    charge |= {"amount_refunded": charge["amount"], "refunded": True}
    scope.save(charge)
    scope.emit("charge.refunded", charge, before)
    return charge


def fail(scope: Scope, charge: Json, decline: Decline) -> Json:
    """The bank said no."""
    charge |= {
        "status": "failed",
        "paid": False,
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": _outcome(
            {
                "network_status": "declined_by_network",
                "reason": decline.decline_code,
                "risk_level": "normal",
                "seller_message": "The bank did not approve this payment.",
                "type": "issuer_declined",
            }
        ),
    }
    scope.save(charge)
    scope.emit("charge.failed", charge)
    return charge


def _outcome(values: Json) -> Json:
    return blank(stripe.Charge.Outcome) | values


def of_intent(scope: Scope, intent: Json) -> Json | None:
    """Give the latest charge of an intent, whatever became of it."""
    return scope.get(intent["latest_charge"])
