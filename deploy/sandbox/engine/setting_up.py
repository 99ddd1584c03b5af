"""Setup intents: a card or bank account is saved for later, nothing is charged."""

from dataclasses import dataclass, field

import stripe

from deploy.sandbox.api.call import Fields
from deploy.sandbox.api.errors import ApiError, PaymentFailedError
from deploy.sandbox.engine import mandates, methods
from deploy.sandbox.engine.numbers import Authentication, Decline
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

CONFIRMABLE = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})

_NOT_AUTHENTICATED = Decline(
    "setup_intent_authentication_failure",
    None,
    "The latest attempt to set up the payment method has failed because authentication failed.",
)


@dataclass(frozen=True)
class Setup:
    """How somebody confirms a setup."""

    method: Json
    return_url: str | None = None
    mandate_data: Fields = field(default_factory=dict)
    authenticated: bool = False


def confirm(scope: Scope, intent: Json, how: Setup) -> Json:
    """Check the method and put it on file.

    Raises:
        PaymentFailedError: the bank refused; the attempt is on the books.
        ApiError: the intent cannot be confirmed like this.
    """
    _check(intent, how)
    intent |= {"payment_method": how.method["id"], "next_action": None, "last_setup_error": None}
    if how.method["type"] == "card":
        card = methods.card_of(scope, how.method)
        asks = card.authentication in (Authentication.ALWAYS, Authentication.UNLESS_SET_UP)
        if asks and not how.authenticated:
            return _ask_for_authentication(scope, intent, how)
        if card.decline is not None and not card.declines_when_saved:
            _needs_another_method(scope, intent, how.method, card.decline)
            raise PaymentFailedError(
                card.decline.message,
                code=card.decline.code,
                decline_code=card.decline.decline_code,
                setup_intent=intent,
                payment_method=how.method,
            )
    return _succeed(scope, intent, how)


def _check(intent: Json, how: Setup) -> None:
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(intent, "confirmed")
    kind = how.method["type"]
    if kind not in intent["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({kind}) is not allowed for this SetupIntent.",
            param="payment_method",
        )


def unexpected_state(intent: Json, wished: str) -> ApiError:
    """Say that a setup is past the point where this could be done."""
    return ApiError(
        f"This SetupIntent could not be {wished} because it has a status of {intent['status']}.",
        code="setup_intent_unexpected_state",
        setup_intent=intent,
    )


def _ask_for_authentication(scope: Scope, intent: Json, how: Setup) -> Json:
    page = scope.world.public(f"/sandbox/stripe/authenticate/{intent['id']}")
    redirect = {"return_url": how.return_url, "url": page}
    intent |= {
        "status": "requires_action",
        "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect},
    }
    scope.save(intent, {**scope.private(intent["id"]), "authenticating": how.method["id"]})
    scope.emit("setup_intent.requires_action", intent)
    return intent


def pass_authentication(scope: Scope, intent: Json) -> Json:
    """The holder proved who they are: finish the setup; raises as `confirm` does."""
    method = scope.need(scope.private(intent["id"])["authenticating"], "payment_method")
    methods.remember(scope, method, authenticated=True)
    return confirm(scope, intent, Setup(method, authenticated=True))


def fail_authentication(scope: Scope, intent: Json) -> Json:
    """The holder did not prove who they are."""
    method = scope.need(scope.private(intent["id"])["authenticating"], "payment_method")
    return _needs_another_method(scope, intent, method, _NOT_AUTHENTICATED)


def _succeed(scope: Scope, intent: Json, how: Setup) -> Json:
    mandate = mandates.ensure_mandate(scope, how.method, how.mandate_data, None)
    methods.remember(scope, how.method, set_up=True)
    intent |= {"status": "succeeded", "mandate": mandate}
    scope.save(intent)
    if intent["customer"]:
        shown = how.method["allow_redisplay"]
        redisplay = "limited" if shown == "unspecified" else shown
        methods.attach(scope, how.method, intent["customer"], allow_redisplay=redisplay)
    scope.emit("setup_intent.succeeded", intent)
    return intent


def cancel(scope: Scope, intent: Json, reason: str | None) -> Json:
    """Give a setup up."""
    if intent["status"] not in CONFIRMABLE:
        raise unexpected_state(intent, "canceled")
    intent |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    scope.save(intent)
    scope.emit("setup_intent.canceled", intent)
    return intent


def _needs_another_method(scope: Scope, intent: Json, method: Json, decline: Decline) -> Json:
    described = blank(stripe.SetupIntent.LastSetupError) | {
        "code": decline.code,
        "decline_code": decline.decline_code,
        "message": decline.message,
        "payment_method": method,
        "payment_method_type": method["type"],
        "type": "card_error" if method["type"] == "card" else "invalid_request_error",
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        "last_setup_error": {key: value for key, value in described.items() if value is not None},
    }
    scope.save(intent)
    scope.emit("setup_intent.setup_failed", intent)
    return intent
