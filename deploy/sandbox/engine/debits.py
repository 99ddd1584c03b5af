"""How a bank debit ends: settled, refused, or settled and later returned."""

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import charging, disputing, mandates, methods, payments, session_state
from deploy.sandbox.engine.numbers import BANKS_BY_NAME, Decline
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

FAILURES = {
    bank.failure.code: bank.failure for bank in BANKS_BY_NAME.values() if bank.failure is not None
}
RETURNS = ("insufficient_funds", "incorrect_account_details", "bank_cannot_process")


def settle(scope: Scope, intent_id: str, failure: Decline | None = None) -> Json:
    """End a processing debit now, as its account number says or with the given failure."""
    intent, method = _processing(scope, intent_id)
    failure = failure or methods.bank_of(scope, method).failure
    if failure is None:
        return settle_well(scope, intent_id)
    scope.cancel_timers(intent_id)
    return _refuse(scope, intent, method, failure)


def settle_well(scope: Scope, intent_id: str) -> Json:
    """The bank paid; an account that is known for it will take the money back later."""
    intent, method = _processing(scope, intent_id)
    scope.cancel_timers(intent_id)
    charging.succeed(scope, _pending_charge(scope, intent))
    payments.paid(scope, intent)
    session_state.debit_settled(scope, intent, succeeded=True)
    if methods.bank_of(scope, method).returned is not None:
        scope.later(scope.world.settings.ach_settle_seconds, "return_debit", intent_id)
    return intent


def _processing(scope: Scope, intent_id: str) -> tuple[Json, Json]:
    intent = scope.need(intent_id, "payment_intent")
    if intent["status"] != "processing":
        raise payments.unexpected_state(intent, "settled")
    return intent, scope.need(intent["payment_method"], "payment_method")


def _refuse(scope: Scope, intent: Json, method: Json, failure: Decline) -> Json:
    charging.fail(scope, _pending_charge(scope, intent), failure)
    payments.needs_another_method(scope, intent, method, failure)
    session_state.debit_settled(scope, intent, succeeded=False)
    if failure.code in ("account_closed", "no_account", "debit_not_authorized"):
        mandates.end_mandate(scope, scope.private(method["id"]).get("mandate"))
    return intent


def give_back(scope: Scope, intent_id: str, reason: str | None = None) -> Json:
    """The bank takes a settled debit back: a dispute that is lost from the start.

    The mandate ends with it, so the account cannot be debited again.
    """
    intent = scope.need(intent_id, "payment_intent")
    charge = charging.of_intent(scope, intent)
    if intent["status"] != "succeeded" or charge is None:
        raise payments.unexpected_state(intent, "returned")
    if charge["payment_method_details"]["type"] == "card":
        raise ApiError("Only bank debits are returned; dispute a card payment instead.")
    method = scope.need(charge["payment_method"], "payment_method")
    chosen = reason or methods.bank_of(scope, method).returned or RETURNS[0]
    dispute = disputing.open_dispute(scope, charge, chosen, final=True)
    mandates.end_mandate(scope, scope.private(method["id"]).get("mandate"))
    return dispute


def _pending_charge(scope: Scope, intent: Json) -> Json:
    return scope.need(intent["latest_charge"], "charge")
