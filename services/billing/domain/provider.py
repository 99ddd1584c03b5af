"""What the card processor says about an attempt, in billing's own words."""

from dataclasses import dataclass
from datetime import date, datetime

from services.billing.domain.attempt import AttemptState, Failure
from services.billing.domain.payment import Dispute, Method
from services.billing.domain.refund import RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenRefund:
    """A refund as the processor knows it; `refund_id` is ours, if it was made here."""

    provider_refund_id: str
    refund_id: str | None
    amount_cents: int
    state: RefundState


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenMethod:
    """A card or bank account as the processor keeps it; never its number."""

    method_id: str
    customer_id: str
    kind: Method
    label: str
    expires: str = ""
    """`04/2029` for a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSetup:
    """A page on which a method is saved: over (expired) or not, and what was saved."""

    over: bool
    method: SeenMethod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAttempt:
    """The processor's whole truth about one attempt, fetched afresh. Money in cents."""

    state: AttemptState
    amount_cents: int
    """What was really taken, or is on its way; not what we asked for."""
    session_id: str | None = None
    payment_intent_id: str | None = None
    method: Method = Method.CARD
    method_label: str = ""
    failure: Failure | None = None
    refunds: tuple[SeenRefund, ...] = ()
    disputes: tuple[Dispute, ...] = ()
    expected_on: date | None = None
    """When a bank payment should have arrived."""
    saved: SeenMethod | None = None
    """What it was paid with, if the processor keeps it for the customer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPage:
    """The hosted page a payer is sent to."""

    session_id: str
    url: str
    expires_at: datetime
    payment_intent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatus:
    """What a company's account at the processor can do."""

    charges_enabled: bool
    bank_payments: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A webhook (or listed event): something about this object may have changed."""

    event_id: str
    kind: str
    account: str | None
    live: bool
    created_at: datetime
    attempt_id: str | None
    session_id: str | None
    payment_intent_id: str | None
    method_id: str | None = None
    """Set when a saved method changed by itself, or was taken away."""
