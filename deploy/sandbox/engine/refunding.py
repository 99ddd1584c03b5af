"""Refunds: never more than was taken and not yet given back; bank refunds take their time."""

from collections.abc import Mapping
from typing import Any

import stripe

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import disputing, methods, money
from deploy.sandbox.engine.money import Movement
from deploy.sandbox.engine.numbers import CardRefund
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

_ENDED_BADLY = frozenset({"failed", "canceled"})
_CANCELABLE = frozenset({"pending", "requires_action"})


def refund_charge(
    scope: Scope, charge: Json, amount: int | None, values: Mapping[str, Any]
) -> Json:
    """Give money back from one charge, all that is left of it unless an amount is named."""
    _check_refundable(scope, charge)
    left = charge["amount_captured"] - charge["amount_refunded"]
    wanted = left if amount is None else amount
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if not 0 < wanted <= left:
        raise ApiError(
            f"Refund amount ({_dollars(wanted)}) is greater than unrefunded amount on charge"
            f" ({_dollars(left)})",
            param="amount",
        )
    return _open(scope, charge, wanted, values)


def _check_refundable(scope: Scope, charge: Json) -> None:
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise ApiError(
            f"Charge {charge['id']} is not refundable while it is {charge['status']}.",
            code="charge_not_refundable",
        )
    if disputing.blocks_refund(scope, charge):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )


def _open(scope: Scope, charge: Json, amount: int, values: Mapping[str, Any]) -> Json:
    kind = charge["payment_method_details"]["type"]
    behaviour = _behaviour(scope, charge)
    refund = scope.new(
        stripe.Refund,
        "re" if kind == "card" else "pyr",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        customer=charge["customer"],
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        destination_details={
            "type": "card" if kind == "card" else "us_bank_transfer",
            **({"card": {"type": "refund"}} if kind == "card" else {"us_bank_transfer": {}}),
        },
        status="pending" if behaviour is CardRefund.LATER else "succeeded",
        pending_reason="processing" if behaviour is CardRefund.LATER else None,
        **values,
    )
    refund["balance_transaction"] = _move(scope, refund, kind, sign=-1)
    scope.save(refund)
    before = {key: charge[key] for key in ("amount_refunded", "refunded")}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    scope.save(charge)
    scope.emit("refund.created", refund)
    scope.emit("charge.refunded", charge, before)
    if behaviour is not CardRefund.AT_ONCE:
        scope.later(scope.world.settings.refund_settle_seconds, "settle_refund", refund["id"])
    return refund


def _behaviour(scope: Scope, charge: Json) -> CardRefund:
    method = scope.get(charge["payment_method"])
    if method is None:
        return CardRefund.AT_ONCE
    if method["type"] != "card":
        return CardRefund.LATER
    return methods.card_of(scope, method).refund


def _move(scope: Scope, refund: Json, method_type: str, *, sign: int) -> str:
    out_and_back = {"card": ("refund", "refund_failure")}
    kinds = out_and_back.get(method_type, ("payment_refund", "payment_failure_refund"))
    movement = Movement(
        source=refund["id"],
        amount=sign * refund["amount"],
        currency=refund["currency"],
        kind=kinds[sign > 0],
        category="refund" if sign < 0 else "refund_failure",
        at_once=True,
    )
    return str(money.record(scope, movement)["id"])


def settle(scope: Scope, refund_id: str) -> Json:
    """The planned end of a refund that was not final: arrived, or sent back by the bank."""
    refund = scope.need(refund_id, "refund")
    charge = scope.need(refund["charge"], "charge")
    scope.cancel_timers(refund_id)
    if refund["status"] == "succeeded" and _behaviour(scope, charge) is CardRefund.FAILS_LATER:
        return fail(scope, refund)
    if refund["status"] != "pending":
        return refund
    return _announce(scope, refund, status="succeeded", pending_reason=None)


def fail(scope: Scope, refund: Json, reason: str = "expired_or_canceled_card") -> Json:
    """The money came back: the refund did not happen."""
    if refund["status"] in _ENDED_BADLY:
        raise ApiError(f"The refund is already {refund['status']}.")
    _undo(scope, refund)
    _announce(scope, refund, status="failed", pending_reason=None, failure_reason=reason)
    scope.emit("refund.failed", refund)
    return refund


def cancel(scope: Scope, refund: Json) -> Json:
    """Stop a refund that has not left yet."""
    if refund["status"] not in _CANCELABLE:
        raise ApiError(f"You cannot cancel a refund in the status {refund['status']}.")
    _undo(scope, refund)
    return _announce(scope, refund, status="canceled", pending_reason=None)


def _undo(scope: Scope, refund: Json) -> None:
    scope.cancel_timers(refund["id"])
    charge = scope.need(refund["charge"], "charge")
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    scope.save(charge)
    kind = charge["payment_method_details"]["type"]
    refund["failure_balance_transaction"] = _move(scope, refund, kind, sign=1)


def _announce(scope: Scope, refund: Json, **values: Any) -> Json:
    previous = {key: refund[key] for key, new in values.items() if refund[key] != new}
    scope.change(refund, "refund.updated", **values)
    scope.emit("charge.refund.updated", refund, previous)
    return refund


def _dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"
