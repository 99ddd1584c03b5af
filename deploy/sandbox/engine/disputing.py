"""Disputes: money is taken back at once, and returned if the dispute is won."""

import stripe

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import money
from deploy.sandbox.engine.money import DISPUTE_FEE_CENTS, Movement
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json

INQUIRY = "inquiry"
EVIDENCE_DAYS = 9
_DAY_SECONDS = 24 * 3600
_MONEY_GONE = frozenset({"needs_response", "under_review", "lost"})
_CLOSED = frozenset({"won", "lost", "warning_closed", "prevented"})


def open_dispute(scope: Scope, charge: Json, reason: str, *, final: bool = False) -> Json:
    """Let the payer's bank dispute a charge; a final one (a bank return) is lost right away."""
    inquiry = reason == INQUIRY
    if charge["disputed"] or charge["status"] != "succeeded":
        raise ApiError(f"Charge {charge['id']} cannot be disputed.", code="charge_disputed")
    status = "warning_needs_response" if inquiry else "needs_response"
    dispute = scope.new(
        stripe.Dispute,
        "du",
        amount=charge["amount_captured"] - charge["amount_refunded"],
        charge=charge["id"],
        currency=charge["currency"],
        evidence_details=_details(scope.now() + EVIDENCE_DAYS * _DAY_SECONDS),
        is_charge_refundable=inquiry,
        payment_intent=charge["payment_intent"],
        payment_method_details=_method_details(charge, inquiry=inquiry),
        reason="general" if inquiry else reason,
        status="lost" if final else status,
    )
    charge["disputed"] = True
    scope.save(charge)
    if not inquiry:
        _move_money(scope, dispute, sign=-1, fee=DISPUTE_FEE_CENTS)
    scope.save(dispute)
    scope.emit("charge.dispute.created", dispute)
    if not inquiry:
        scope.emit("charge.dispute.funds_withdrawn", dispute)
    if final:
        scope.emit("charge.dispute.closed", dispute)
    return dispute


def _details(due_by: int) -> Json:
    return {
        "due_by": due_by,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }


def _method_details(charge: Json, *, inquiry: bool) -> Json | None:
    card = charge["payment_method_details"].get("card")
    if card is None:
        return None
    shown = blank(stripe.Dispute.PaymentMethodDetails.Card) | {
        "brand": card["brand"],
        "case_type": "inquiry" if inquiry else "chargeback",
        "network": card["network"],
        "network_reason_code": "10.4",
    }
    return {"type": "card", "card": shown}


def _move_money(scope: Scope, dispute: Json, *, sign: int, fee: int) -> None:
    movement = Movement(
        source=dispute["id"],
        amount=sign * dispute["amount"],
        currency=dispute["currency"],
        kind="adjustment",
        category="dispute" if sign < 0 else "dispute_reversal",
        fee=fee,
        at_once=True,
        description=f"Dispute of {dispute['charge']}",
    )
    transaction = money.record(scope, movement)
    dispute["balance_transactions"] = [*dispute["balance_transactions"], transaction]


def blocks_refund(scope: Scope, charge: Json) -> bool:
    """Tell whether the bank holds or has taken this charge's money (an inquiry does not)."""
    return any(
        dispute["status"] in _MONEY_GONE for dispute in scope.find("dispute", charge=charge["id"])
    )


def submit_evidence(scope: Scope, dispute: Json, evidence: Json) -> Json:
    """Answer the bank; Stripe's test words `winning_evidence` and `losing_evidence` decide it."""
    inquiry = dispute["status"].startswith("warning")
    details = dispute["evidence_details"]
    details |= {"has_evidence": True, "submission_method": "manual"}
    details["submission_count"] += 1
    waiting = "warning_under_review" if inquiry else "under_review"
    scope.change(dispute, "charge.dispute.updated", status=waiting, evidence_details=details)
    verdict = {"winning_evidence": True, "losing_evidence": False}.get(
        evidence.get("uncategorized_text") or ""
    )
    return dispute if verdict is None else resolve(scope, dispute, won=verdict)


def resolve(scope: Scope, dispute: Json, *, won: bool) -> Json:
    """Close a dispute; a won one gives the money back (the fee is not returned)."""
    if dispute["status"] in _CLOSED:
        raise ApiError(
            f"This dispute is already closed ({dispute['status']}).", code="dispute_closed"
        )
    inquiry = dispute["status"].startswith("warning")
    verdict = "won" if won else "lost"
    dispute["status"] = "warning_closed" if inquiry else verdict
    if won and not inquiry:
        _move_money(scope, dispute, sign=1, fee=0)
    scope.save(dispute)
    scope.emit("charge.dispute.closed", dispute)
    if won and not inquiry:
        scope.emit("charge.dispute.funds_reinstated", dispute)
    return dispute
