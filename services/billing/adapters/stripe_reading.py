"""Stripe's objects in billing's words. Nothing here calls anybody."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

import stripe
from stripe.checkout import Session

from services.billing.domain.attempt import AttemptState, Failure
from services.billing.domain.payment import Dispute, DisputeState, Method
from services.billing.domain.provider import (
    Hint,
    OpenPage,
    SeenAttempt,
    SeenMethod,
    SeenRefund,
    SeenSetup,
)
from services.billing.domain.refund import RefundState

_INTENT_STATES = {
    "succeeded": AttemptState.SUCCEEDED,
    "processing": AttemptState.PROCESSING,
    "canceled": AttemptState.CANCELED,
    "requires_action": AttemptState.REQUIRES_ACTION,
}
_REFUND_STATES = {
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}
_DISPUTE_STATES = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,
    "lost": DisputeState.LOST,
    "under_review": DisputeState.UNDER_REVIEW,
    "warning_under_review": DisputeState.UNDER_REVIEW,
}
_BRANDS = {"amex": "American Express", "mastercard": "Mastercard", "unionpay": "UnionPay"}


def page_read(session: Session) -> OpenPage:
    """The hosted page of a session."""
    return OpenPage(
        session_id=session.id,
        url=session.url or "",
        expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        payment_intent_id=_id(session.payment_intent),
    )


def session_read(
    session: Session, refunds: Iterable[stripe.Refund], disputes: Iterable[stripe.Dispute]
) -> SeenAttempt:
    """A Checkout session with its intent and charge expanded."""
    intent = session.payment_intent
    if not isinstance(intent, stripe.PaymentIntent):
        return SeenAttempt(state=_without_intent(session), amount_cents=0, session_id=session.id)
    return intent_read(intent, session, refunds, disputes)


def intent_read(
    intent: stripe.PaymentIntent,
    session: Session | None,
    refunds: Iterable[stripe.Refund] = (),
    disputes: Iterable[stripe.Dispute] = (),
) -> SeenAttempt:
    """A payment intent, by itself or of a session."""
    state = _state(intent, session)
    method, label, expected_on = _method(intent)
    taken = intent.amount_received if state is AttemptState.SUCCEEDED else intent.amount
    return SeenAttempt(
        state=state,
        amount_cents=taken,
        session_id=session.id if session else None,
        payment_intent_id=intent.id,
        method=method,
        method_label=label,
        failure=_failure(intent),
        refunds=tuple(refund_read(refund) for refund in refunds),
        disputes=tuple(_dispute(dispute) for dispute in disputes),
        expected_on=expected_on,
        saved=_saved(intent),
    )


def _saved(intent: stripe.PaymentIntent) -> SeenMethod | None:
    method = intent.payment_method
    return method_read(method) if isinstance(method, stripe.PaymentMethod) else None


def method_read(method: stripe.PaymentMethod) -> SeenMethod | None:
    """A card or bank account that is kept for a customer; None for any other."""
    customer_id = _id(method.customer)
    if customer_id is None:
        return None
    kind, label, _ = method_shown(method)
    if not label:
        return None
    card = getattr(method, "card", None)
    expires = f"{card.exp_month:02d}/{card.exp_year}" if card else ""
    return SeenMethod(
        method_id=method.id, customer_id=customer_id, kind=kind, label=label, expires=expires
    )


def setup_read(session: Session) -> SeenSetup:
    """A page on which a method is saved, with its setup and the method expanded."""
    intent = session.setup_intent
    done = isinstance(intent, stripe.SetupIntent) and intent.status == "succeeded"
    method = intent.payment_method if isinstance(intent, stripe.SetupIntent) else None
    if done and isinstance(method, stripe.PaymentMethod):
        return SeenSetup(over=True, method=method_read(method))
    return SeenSetup(over=session.status == "expired")


def refund_read(refund: stripe.Refund) -> SeenRefund:
    """One refund."""
    return SeenRefund(
        provider_refund_id=refund.id,
        refund_id=refund_named(refund),
        amount_cents=refund.amount,
        state=_REFUND_STATES.get(refund.status or "", RefundState.PENDING),
    )


def refund_named(refund: stripe.Refund) -> str | None:
    """Our own id of a refund, if it was made here."""
    return _noted(refund.metadata, "refund_id")


def charge_named(intent: stripe.PaymentIntent) -> str | None:
    """Our own id of a charge, if it was made here."""
    return _noted(intent.metadata, "attempt_id")


def _noted(metadata: Any, name: str) -> str | None:
    """One of our notes on an object; Stripe's objects are no dictionaries."""
    found: dict[str, Any] = metadata.to_dict() if metadata else {}
    return found.get(name)


def hint_read(event: dict[str, Any]) -> Hint:
    """What an event is about; its own account of the state is not believed."""
    about = event["data"]["object"]
    kind = about.get("object")
    metadata = about.get("metadata") or {}
    intent = about.get("id") if kind == "payment_intent" else about.get("payment_intent")
    return Hint(
        event_id=event["id"],
        kind=event["type"],
        account=event.get("account"),
        live=event["livemode"],
        created_at=datetime.fromtimestamp(event["created"], UTC),
        attempt_id=metadata.get("attempt_id") or about.get("client_reference_id"),
        session_id=about.get("id") if kind == "checkout.session" else None,
        payment_intent_id=_id(intent),
        method_id=about.get("id") if kind == "payment_method" else None,
    )


def _without_intent(session: Session) -> AttemptState:
    return AttemptState.EXPIRED if session.status == "expired" else AttemptState.AWAITING_PAYER


def _state(intent: stripe.PaymentIntent, session: Session | None) -> AttemptState:
    """The intent's state; while it waits for a method, the session says what that means."""
    if session and session.status == "expired" and intent.status not in {"succeeded", "processing"}:
        return AttemptState.EXPIRED
    if intent.status in _INTENT_STATES:
        return _INTENT_STATES[intent.status]
    if session and session.status == "complete":
        return AttemptState.FAILED  # a bank payment that bounced; the page is gone
    return AttemptState.AWAITING_PAYER if session else AttemptState.FAILED


def _failure(intent: stripe.PaymentIntent) -> Failure | None:
    error = intent.last_payment_error
    if error is None or intent.status in {"succeeded", "processing"}:
        return None
    return Failure(
        # absent members of a Stripe object raise: 3D Secure failures carry no decline code
        code=_given(error, "decline_code") or _given(error, "code") or "payment_failed",
        reason=_to_everybody(_given(error, "message")) or "The payment did not go through",
        at=datetime.fromtimestamp(intent.created, UTC),
    )


def _to_everybody(message: str) -> str:
    """Of a bank payment Stripe speaks to the company; these words are read by the payer too."""
    return re.sub(r"^The customer['’]s (bank )?account", "The bank account", message)


def _given(part: stripe.StripeObject, member: str) -> str:
    """A member that Stripe may leave out."""
    return str(getattr(part, member, None) or "")


def _method(intent: stripe.PaymentIntent) -> tuple[Method, str, date | None]:
    """How it was paid, as shown: `Visa ending 4242`, `Bank account ending 6789`."""
    charge = intent.latest_charge
    paid_with = charge.payment_method_details if isinstance(charge, stripe.Charge) else None
    return method_shown(paid_with or intent.payment_method)


def method_shown(details: Any) -> tuple[Method, str, date | None]:
    """A method or what was paid with it: its kind, how it is shown, when its debit is expected."""
    bank = getattr(details, "us_bank_account", None)
    if bank:
        day = getattr(bank, "expected_debit_date", None)
        label = f"Bank account ending {bank.last4}"
        return Method.BANK, label, date.fromisoformat(day) if day else None
    card = getattr(details, "card", None)
    if card:
        brand = card.brand or "card"
        name = _BRANDS.get(brand, brand.replace("_", " ").title())
        return Method.CARD, f"{name} ending {card.last4}", None
    return Method.CARD, "", None


def _dispute(dispute: stripe.Dispute) -> Dispute:
    return Dispute(
        dispute_id=dispute.id,
        amount_cents=dispute.amount,
        state=_DISPUTE_STATES.get(dispute.status, DisputeState.NEEDS_RESPONSE),
        reason=dispute.reason.replace("_", " "),
    )


def _id(found: Any) -> str | None:
    """An id, whether the field was expanded or not."""
    if found is None or isinstance(found, str):
        return found
    return str(found["id"] if isinstance(found, dict) else found.id)
