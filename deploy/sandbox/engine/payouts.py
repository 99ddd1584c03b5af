"""Payouts: money leaves the balance for the account's bank."""

from typing import Any

import stripe

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import money
from deploy.sandbox.engine.money import Movement
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

_DAY_SECONDS = 24 * 3600


def pay_out(scope: Scope, amount: int, currency: str, **values: Any) -> Json:
    """Send money to the bank; raises `balance_insufficient` for more than is available."""
    available = money.sums(scope, arrived=True).get(currency, 0)
    if amount > available:
        raise ApiError(
            "You have insufficient funds in your Stripe account for this transfer."
            f" Your available balance is {available} {currency} (cents).",
            code="balance_insufficient",
        )
    payout = scope.new(
        stripe.Payout,
        "po",
        amount=amount,
        arrival_date=scope.now() + _DAY_SECONDS,
        currency=currency,
        method="standard",
        source_type="card",
        status="in_transit",
        type="bank_account",
        **{"metadata": {}, "reconciliation_status": "not_applicable", **values},
    )
    movement = Movement(payout["id"], -amount, currency, "payout", "payout", at_once=True)
    payout["balance_transaction"] = money.record(scope, movement)["id"]
    scope.save(payout)
    scope.emit("payout.created", payout)
    scope.later(scope.world.settings.payout_seconds, "settle_payout", payout["id"])
    return payout


def pay_out_everything(scope: Scope, currency: str) -> Json | None:
    """Make the daily automatic payout; its balance transactions can be listed by its id."""
    available = money.sums(scope, arrived=True).get(currency, 0)
    if available <= 0:
        return None
    payout = pay_out(scope, available, currency, automatic=True, reconciliation_status="completed")
    scope.world.store.db.execute(
        "UPDATE money SET payout = ? WHERE account = ? AND currency = ? AND payout IS NULL"
        " AND available_on <= ?",
        (payout["id"], scope.account, currency, scope.now()),
    )
    return payout


def settle(scope: Scope, payout_id: str) -> Json:
    """The bank has the money."""
    payout = scope.need(payout_id, "payout")
    if payout["status"] != "in_transit":
        return payout
    scope.cancel_timers(payout_id)
    payout["status"] = "paid"
    scope.save(payout)
    scope.emit("payout.paid", payout)
    return payout


def fail(scope: Scope, payout_id: str) -> Json:
    """The bank refused the money; it is back in the balance."""
    payout = scope.need(payout_id, "payout")
    scope.cancel_timers(payout_id)
    movement = Movement(
        payout_id,
        payout["amount"],
        payout["currency"],
        "payout_failure",
        "payout_reversal",
        at_once=True,
    )
    payout |= {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "failure_balance_transaction": money.record(scope, movement)["id"],
    }
    scope.save(payout)
    scope.emit("payout.failed", payout)
    return payout


def cancel(scope: Scope, payout: Json) -> Json:
    """Stop a payout that has not arrived."""
    if payout["status"] not in ("pending", "in_transit"):
        raise ApiError(f"Payouts with the status {payout['status']} cannot be canceled.")
    scope.cancel_timers(payout["id"])
    movement = Movement(
        payout["id"],
        payout["amount"],
        payout["currency"],
        "payout_cancel",
        "payout_reversal",
        at_once=True,
    )
    money.record(scope, movement)
    payout["status"] = "canceled"
    scope.save(payout)
    scope.emit("payout.canceled", payout)
    return payout
