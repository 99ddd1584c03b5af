"""Control: move one payment, dispute, refund or payout along, now."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from deploy.sandbox.api.errors import invalid
from deploy.sandbox.control.finding import TheWorld, scope_of
from deploy.sandbox.engine import charging, debits, disputing, payouts, refunding
from deploy.sandbox.state.scope import Scope

router = APIRouter(prefix="/_sandbox", tags=["payments"])


class Settlement(BaseModel):
    """How a bank debit ends; without an outcome as its account number says."""

    outcome: str | None = None


class Reason(BaseModel):
    """Why something goes wrong; each route has its usual reason."""

    reason: str | None = None


class Verdict(BaseModel):
    """How a dispute ends."""

    won: bool


class DailyPayout(BaseModel):
    """Whose available money is paid out."""

    account: str = ""
    currency: str = "usd"


class NewCard(BaseModel):
    """What the card network says a saved card looks like now."""

    last4: str | None = None
    exp_month: int | None = None
    exp_year: int | None = None


@router.post("/payments/{intent_id}/settle")
async def settle(world: TheWorld, intent_id: str, body: Settlement | None = None) -> dict[str, Any]:
    """End a processing bank debit: `succeeded`, or a failure such as `insufficient_funds`."""
    outcome = body.outcome if body else None
    scope = scope_of(world, intent_id)
    with world.store.transaction():
        if outcome == "succeeded":
            return debits.settle_well(scope, intent_id)
        if outcome is not None and outcome not in debits.FAILURES:
            raise invalid("outcome", f"Use succeeded or one of {sorted(debits.FAILURES)}.")
        return debits.settle(scope, intent_id, debits.FAILURES[outcome] if outcome else None)


@router.post("/payments/{intent_id}/return")
async def give_back(world: TheWorld, intent_id: str, body: Reason | None = None) -> dict[str, Any]:
    """Let the bank take a settled debit back; gives the (lost) dispute."""
    with world.store.transaction():
        reason = body.reason if body else None
        return debits.give_back(scope_of(world, intent_id), intent_id, reason)


@router.post("/payments/{intent_id}/dispute")
async def dispute(world: TheWorld, intent_id: str, body: Reason | None = None) -> dict[str, Any]:
    """Let the payer's bank dispute a payment (`inquiry` only asks); gives the dispute."""
    scope = scope_of(world, intent_id)
    with world.store.transaction():
        intent = scope.need(intent_id, "payment_intent")
        charge = charging.of_intent(scope, intent)
        if charge is None:
            raise invalid("id", "Nothing has been charged yet.")
        reason = body.reason if body else None
        return disputing.open_dispute(scope, charge, reason or "fraudulent")


@router.post("/disputes/{dispute_id}/resolve")
async def resolve(world: TheWorld, dispute_id: str, body: Verdict) -> dict[str, Any]:
    """Close a dispute, won or lost."""
    scope = scope_of(world, dispute_id)
    with world.store.transaction():
        found = scope.need(dispute_id, "dispute")
        return disputing.resolve(scope, found, won=body.won)


@router.post("/refunds/{refund_id}/settle")
async def settle_refund(world: TheWorld, refund_id: str) -> dict[str, Any]:
    """Let a pending refund arrive (or come back, for the card that does that)."""
    with world.store.transaction():
        return refunding.settle(scope_of(world, refund_id), refund_id)


@router.post("/refunds/{refund_id}/fail")
async def fail_refund(
    world: TheWorld, refund_id: str, body: Reason | None = None
) -> dict[str, Any]:
    """Let a refund come back: the money is in the balance again."""
    scope = scope_of(world, refund_id)
    with world.store.transaction():
        refund = scope.need(refund_id, "refund")
        reason = body.reason if body else None
        return refunding.fail(scope, refund, reason or "expired_or_canceled_card")


@router.post("/payouts/run")
async def run_payout(world: TheWorld, body: DailyPayout) -> dict[str, Any] | None:
    """Make the daily automatic payout of everything available; null when there is nothing."""
    with world.store.transaction():
        return payouts.pay_out_everything(Scope(world, body.account), body.currency)


@router.post("/payouts/{payout_id}/settle")
async def settle_payout(world: TheWorld, payout_id: str) -> dict[str, Any]:
    """Let a payout arrive."""
    with world.store.transaction():
        return payouts.settle(scope_of(world, payout_id), payout_id)


@router.post("/payouts/{payout_id}/fail")
async def fail_payout(world: TheWorld, payout_id: str) -> dict[str, Any]:
    """Let the bank refuse a payout."""
    with world.store.transaction():
        return payouts.fail(scope_of(world, payout_id), payout_id)


@router.post("/payment_methods/{method_id}/network_update")
async def network_update(world: TheWorld, method_id: str, body: NewCard) -> dict[str, Any]:
    """Let the card network report a replaced card: `payment_method.automatically_updated`."""
    scope = scope_of(world, method_id)
    with world.store.transaction():
        method = scope.need(method_id, "payment_method")
        if method["type"] != "card":
            raise invalid("id", "Only cards are updated by their network.")
        card = {**method["card"], **body.model_dump(exclude_none=True)}
        return scope.change(method, "payment_method.automatically_updated", card=card)
