"""A refund: always against one payer's own payment, never more than is left of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.billing.domain.payment import Payment
from services.billing.domain.refusals import RefundBlockedError, RefundTooLargeError


class RefundState(StrEnum):
    """`pending`: asked for, the money is not back with the payer yet."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


LEGAL_MOVES: dict[RefundState, frozenset[RefundState]] = {
    RefundState.PENDING: frozenset({RefundState.SUCCEEDED, RefundState.FAILED}),
    # A bank may send a refund back days after it went through.
    RefundState.SUCCEEDED: frozenset({RefundState.FAILED}),
    RefundState.FAILED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund. `with_credit`: the bill shrinks by it and nothing becomes due again (C9).

    Without an `invoice_id` it gives back a prepayment.
    """

    refund_id: str
    company_id: str
    inspection_id: str
    invoice_id: str
    payment_id: str
    amount_cents: int
    with_credit: bool
    state: RefundState
    reason: str
    requested_by: str | None
    """None: made in the processor's own dashboard."""
    created_at: datetime
    provider_refund_id: str | None = None
    request_key: str | None = None
    reserved: bool = True
    """Asked for here, so the amount is set aside on the payment until it is through."""
    credited_cents: int = 0
    """By how much the bill shrank when it went through."""
    next_try_at: datetime | None = None
    """When to ask again while the processor has not answered."""
    of_surplus: bool = False
    """What was paid beyond the invoice goes back; a later charge is owed all the same."""
    attempt_id: str | None = None
    """The payment over several invoices it gives a part of back; None: `payment_id` itself."""

    @property
    def of_attempt(self) -> str:
        """The try to pay that the processor gives back from."""
        return self.attempt_id or self.payment_id

    @property
    def whole_id(self) -> str:
        """The one movement of money that it is, or is a part of.

        What was made in the dashboard may be divided here; what staff ask for is one by itself.
        """
        if self.requested_by is None and self.provider_refund_id:
            return self.provider_refund_id
        return self.refund_id

    @property
    def key(self) -> str:
        """The idempotency key: one per refund, so two equal refunds are two."""
        return f"refund-{self.refund_id}"

    def moved(self, state: RefundState) -> "Refund":
        """The refund in that state, or as it is when it cannot go there."""
        return replace(self, state=state) if state in LEGAL_MOVES[self.state] else self


def refuse_impossible_refund(payment: Payment, amount_cents: int, currency: str) -> None:
    """Raise RefundBlockedError or RefundTooLargeError unless this much can be given back."""
    if not payment.settled:
        raise RefundBlockedError(
            "This bank payment is still processing; it can be refunded once it has arrived"
        )
    if payment.held_cents:
        raise RefundBlockedError("This payment is disputed; refunding it could pay it back twice")
    if payment.returned_cents:
        raise RefundBlockedError("The bank has returned this payment; there is nothing to refund")
    if amount_cents > payment.refundable_cents:
        raise RefundTooLargeError(payment.refundable_cents, currency)


def credit_for(refund: Refund, *, surplus_cents: int) -> int:
    """How much of a refund shrinks the bill: with credit, and what was paid beyond it does not."""
    if not refund.with_credit or refund.of_surplus:
        return 0
    return max(0, refund.amount_cents - surplus_cents)
