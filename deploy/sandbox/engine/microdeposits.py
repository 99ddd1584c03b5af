"""Checking a bank account by a small deposit whose statement line holds a code."""

from deploy.sandbox.api.call import Fields, group, items, text
from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import methods, payments, setting_up
from deploy.sandbox.engine.payments import Confirmation
from deploy.sandbox.engine.setting_up import Setup
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

CODE = "SM11AA"
AMOUNTS = ["32", "45"]
_ARRIVES_AFTER_SECONDS = 2 * 24 * 3600


def wanted(fields: Fields, method: Json) -> bool:
    """Tell whether the request asks for the slow way of checking a bank account."""
    options = group(group(fields, "payment_method_options"), "us_bank_account")
    asked = text(options, "verification_method") == "microdeposits"
    return asked and method["type"] == "us_bank_account"


def ask_payment(scope: Scope, intent: Json, method: Json) -> Json:
    """Wait for the code before debiting."""
    return _ask(scope, intent, method, "payment_intent.requires_action")


def ask_setup(scope: Scope, intent: Json, method: Json) -> Json:
    """Wait for the code before putting the account on file."""
    return _ask(scope, intent, method, "setup_intent.requires_action")


def _ask(scope: Scope, intent: Json, method: Json, event: str) -> Json:
    intent |= {
        "payment_method": method["id"],
        "status": "requires_action",
        "next_action": {
            "type": "verify_with_microdeposits",
            "verify_with_microdeposits": {
                "arrival_date": scope.now() + _ARRIVES_AFTER_SECONDS,
                "hosted_verification_url": scope.world.public("/sandbox/inbox"),
                "microdeposit_type": "descriptor_code",
            },
        },
    }
    scope.save(intent, {**scope.private(intent["id"]), "verifying": method["id"]})
    scope.emit(event, intent)
    return intent


def verify_payment(scope: Scope, intent: Json, fields: Fields) -> Json:
    """Debit the account if the code is right."""
    method = _verified(scope, intent, fields)
    return payments.confirm(scope, intent, Confirmation(method, mandate_data=_AGREED))


def verify_setup(scope: Scope, intent: Json, fields: Fields) -> Json:
    """Put the account on file if the code is right."""
    return setting_up.confirm(
        scope, intent, Setup(_verified(scope, intent, fields), mandate_data=_AGREED)
    )


def _verified(scope: Scope, intent: Json, fields: Fields) -> Json:
    method_id = scope.private(intent["id"]).get("verifying")
    if method_id is None or intent["status"] != "requires_action":
        raise ApiError("This bank account is not waiting for verification.")
    method = scope.need(method_id, "payment_method")
    right = text(fields, "descriptor_code") == CODE or items(fields, "amounts") == AMOUNTS
    if not right or methods.bank_of(scope, method).deposits_fail:
        raise ApiError(
            "The amounts or the code you provided do not match.",
            code="payment_method_microdeposit_verification_amounts_mismatch",
        )
    return method


_AGREED: Fields = {"customer_acceptance": {"type": "offline"}}
