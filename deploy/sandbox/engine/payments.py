"""Payment intents from confirmation to money: cards at once, bank debits in two steps."""

from dataclasses import dataclass, field
from typing import Any

import stripe

from deploy.sandbox.api.call import Fields
from deploy.sandbox.api.errors import ApiError, PaymentFailedError
from deploy.sandbox.engine import accounts, charging, disputing, mandates, methods
from deploy.sandbox.engine.numbers import (
    AUTHENTICATION_REQUIRED,
    Authentication,
    Card,
    Decline,
)
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})
CANCELABLE = CONFIRMABLE | {"requires_capture"}

AUTHENTICATION_FAILED = Decline(
    "payment_intent_authentication_failure",
    None,
    "We are unable to authenticate your payment method. Please choose a different payment method"
    " and try again.",
)


@dataclass(frozen=True)
class Confirmation:
    """How a payer (or their agent) confirms: with what, present or not, agreeing to what."""

    method: Json
    off_session: bool = False
    return_url: str | None = None
    mandate_data: Fields = field(default_factory=dict)
    refuse_action: bool = False
    """`error_on_requires_action`: rather fail than ask for 3-D Secure."""
    authenticated: bool = False


def confirm(scope: Scope, intent: Json, how: Confirmation) -> Json:
    """Try to take the money.

    Raises:
        PaymentFailedError: the bank declined; the attempt is on the books.
        ApiError: the intent cannot be confirmed like this; nothing happened.
    """
    _check(scope, intent, how)
    intent |= {
        "payment_method": how.method["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    if how.method["type"] != "card":
        return _start_debit(scope, intent, how)
    card = methods.card_of(scope, how.method)
    if not how.authenticated and _needs_authentication(scope, card, how):
        if how.off_session or how.refuse_action:
            raise _declined(scope, intent, how.method, AUTHENTICATION_REQUIRED)
        return _ask_for_authentication(scope, intent, how)
    return _charge_card(scope, intent, how, card)


def _check(scope: Scope, intent: Json, how: Confirmation) -> None:
    accounts.must_take_money(scope)
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(intent, "confirmed")
    kind = how.method["type"]
    if kind not in intent["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent.",
            code="payment_intent_incompatible_payment_method",
            param="payment_method",
        )
    owner = how.method["customer"]
    if owner is not None and owner != intent["customer"]:
        raise ApiError(
            f"The provided PaymentMethod belongs to the Customer {owner}. Please include it in the"
            " `customer` parameter on the PaymentIntent.",
            param="payment_method",
        )


def unexpected_state(intent: Json, wished: str) -> ApiError:
    """Say that an intent is past the point where this could be done."""
    return ApiError(
        f"This PaymentIntent could not be {wished} because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def _needs_authentication(scope: Scope, card: Card, how: Confirmation) -> bool:
    set_up = bool(scope.private(how.method["id"]).get("set_up"))
    return {
        Authentication.NEVER: False,
        Authentication.ALWAYS: True,
        Authentication.UNLESS_SET_UP: not set_up,
        Authentication.ON_SESSION_ONLY: not how.off_session,
    }[card.authentication]


def _ask_for_authentication(scope: Scope, intent: Json, how: Confirmation) -> Json:
    page = scope.world.public(f"/sandbox/stripe/authenticate/{intent['id']}")
    redirect = {"return_url": how.return_url, "url": page}
    intent |= {
        "status": "requires_action",
        "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect},
    }
    scope.save(intent, {**scope.private(intent["id"]), "authenticating": how.method["id"]})
    scope.emit("payment_intent.requires_action", intent)
    return intent


def pass_authentication(scope: Scope, intent: Json) -> Json:
    """The payer proved who they are: go on with the card; raises as `confirm` does."""
    method = scope.need(scope.private(intent["id"])["authenticating"], "payment_method")
    methods.remember(scope, method, authenticated=True)
    return confirm(scope, intent, Confirmation(method, authenticated=True))


def fail_authentication(scope: Scope, intent: Json) -> Json:
    """The payer did not prove who they are: another method is needed."""
    method = scope.need(scope.private(intent["id"])["authenticating"], "payment_method")
    return needs_another_method(scope, intent, method, AUTHENTICATION_FAILED)


def _charge_card(scope: Scope, intent: Json, how: Confirmation, card: Card) -> Json:
    if card.decline is not None:
        raise _declined(scope, intent, how.method, card.decline)
    charge = charging.new_charge(scope, intent, how.method)
    hold = intent["capture_method"] == "manual"
    charging.succeed(scope, charge, captured=not hold)
    keep_method(scope, intent, how.method)
    if hold:
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        scope.save(intent)
        scope.emit("payment_intent.amount_capturable_updated", intent)
        return intent
    paid(scope, intent)
    if card.dispute is not None:
        disputing.open_dispute(scope, charge, card.dispute)
    return intent


def keep_method(scope: Scope, intent: Json, method: Json) -> None:
    """Save the method with the customer when the payment was made to be repeated."""
    if intent["setup_future_usage"] and intent["customer"]:
        methods.remember(scope, method, set_up=True)
        redisplay = method["allow_redisplay"]
        shown = "limited" if redisplay == "unspecified" else redisplay
        methods.attach(scope, method, intent["customer"], allow_redisplay=shown)


def paid(scope: Scope, intent: Json) -> Json:
    """All of it is received."""
    intent |= {"status": "succeeded", "amount_received": intent["amount"], "next_action": None}
    scope.save(intent)
    scope.emit("payment_intent.succeeded", intent)
    return intent


def capture(scope: Scope, intent: Json, amount: int | None) -> Json:
    """Take money that was held; the rest of the hold is given up."""
    held = intent["amount_capturable"]
    charge = charging.of_intent(scope, intent)
    if intent["status"] != "requires_capture" or charge is None:
        raise unexpected_state(intent, "captured")
    wanted = held if amount is None else amount
    if not 0 < wanted <= held:
        raise ApiError(
            f"The amount to capture must be between 1 and {held}.",
            code="amount_too_large",
            param="amount_to_capture",
        )
    charging.book(scope, charge, wanted)
    scope.emit("charge.captured", charge)
    intent |= {"amount_capturable": 0, "status": "succeeded", "amount_received": wanted}
    scope.save(intent)
    scope.emit("payment_intent.succeeded", intent)
    return intent


def cancel(scope: Scope, intent: Json, reason: str | None) -> Json:
    """Give an unfinished payment up."""
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(intent, "canceled")
    if intent["status"] == "requires_capture":
        charging.release(scope, scope.need(intent["latest_charge"], "charge"))
    intent |= {
        "status": "canceled",
        "canceled_at": scope.now(),
        "cancellation_reason": reason,
        "next_action": None,
        "amount_capturable": 0,
    }
    scope.save(intent)
    scope.emit("payment_intent.canceled", intent)
    return intent


# ------------------------------------------------------------------------------- bank debits
def _start_debit(scope: Scope, intent: Json, how: Confirmation) -> Json:
    reusable = bool(intent["setup_future_usage"])
    once = None if reusable else {"amount": intent["amount"], "currency": intent["currency"]}
    mandate = mandates.ensure_mandate(scope, how.method, how.mandate_data, once)
    charge = charging.new_charge(scope, intent, how.method, mandate)
    keep_method(scope, intent, how.method)
    intent["status"] = "processing"
    scope.save(intent)
    scope.emit("charge.pending", charge)
    scope.emit("payment_intent.processing", intent)
    if not methods.bank_of(scope, how.method).never_settles:
        scope.later(scope.world.settings.ach_settle_seconds, "settle_debit", intent["id"])
    return intent


# ----------------------------------------------------------------------------------- refusals
def _declined(scope: Scope, intent: Json, method: Json, decline: Decline) -> PaymentFailedError:
    """Book the failed attempt; gives the error to raise."""
    charge = charging.fail(scope, charging.new_charge(scope, intent, method), decline)
    needs_another_method(scope, intent, method, decline)
    return PaymentFailedError(
        decline.message,
        code=decline.code,
        decline_code=decline.decline_code,
        charge=charge["id"],
        payment_intent=intent,
        payment_method=method,
    )


def needs_another_method(scope: Scope, intent: Json, method: Json, decline: Decline) -> Json:
    """An attempt came to nothing; the payer may try something else."""
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_payment_error": last_error(decline, method, intent["latest_charge"]),
    }
    scope.save(intent)
    scope.emit("payment_intent.payment_failed", intent)
    return intent


def last_error(decline: Decline, method: Json, charge_id: str | None) -> dict[str, Any]:
    """Describe a failure as `last_payment_error` does."""
    described = blank(stripe.PaymentIntent.LastPaymentError) | {
        "charge": charge_id,
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "payment_method": method,
        "payment_method_type": method["type"],
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
    }
    return {key: value for key, value in described.items() if value is not None}
