"""One payment inside the invoice it pays, and how much of it is still there."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Method(StrEnum):
    """How the money came."""

    CARD = "card"
    BANK = "us_bank_account"
    CASH = "cash"
    CHECK = "check"
    OTHER = "other"


class DisputeState(StrEnum):
    """How far a dispute has come. A bank's return is `lost` from the start."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


DISPUTE_RANK = {
    DisputeState.NEEDS_RESPONSE: 0,
    DisputeState.UNDER_REVIEW: 1,
    DisputeState.WON: 2,
    DisputeState.LOST: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispute:
    """A payer's objection at his bank to `amount_cents` of a payment."""

    dispute_id: str
    amount_cents: int
    state: DisputeState
    reason: str

    @property
    def open(self) -> bool:
        """Not decided yet."""
        return self.state in {DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money that came, or is on its way by bank (`settled` is false until it has come).

    Of a single client's online payment `payment_id` is the attempt's id. All amounts in cents.
    """

    payment_id: str
    amount_cents: int
    method: Method
    method_label: str
    settled: bool
    online: bool
    receipt_number: str = ""
    paid_at: datetime | None = None
    refunded_cents: int = 0
    """Given back for good."""
    refunding_cents: int = 0
    """Asked to be given back, not through yet."""
    disputes: tuple[Dispute, ...] = ()
    recorded_by: str | None = None
    note: str = ""
    """For staff only."""
    client_note: str = ""
    account_payment_id: str | None = None
    """The payment over several invoices that this is a part of."""

    @property
    def attempt_id(self) -> str:
        """The try to pay that brought it, which the processor knows."""
        return self.account_payment_id or self.payment_id

    @property
    def held_cents(self) -> int:
        """Withdrawn by the card network while a dispute is open; it still counts as paid."""
        return sum(dispute.amount_cents for dispute in self.disputes if dispute.open)

    @property
    def returned_cents(self) -> int:
        """Taken back by the payer's bank, or lost in a dispute."""
        lost = (d for d in self.disputes if d.state is DisputeState.LOST)
        return sum(dispute.amount_cents for dispute in lost)

    @property
    def kept_cents(self) -> int:
        """What counts as paid; never less than nothing.

        A payment can be partly refunded and then lost whole: what is lost beyond it is the
        company's loss, not the payer's debt.
        """
        if not self.settled:
            return 0
        return max(0, self.amount_cents - self.refunded_cents - self.returned_cents)

    @property
    def processing_cents(self) -> int:
        """What is on its way."""
        return 0 if self.settled else self.amount_cents

    @property
    def refundable_cents(self) -> int:
        """What may still be given back: nothing while a dispute is open or after a return.

        Refunding disputed money would give it back twice.
        """
        if self.held_cents or self.returned_cents:
            return 0
        return max(0, self.kept_cents - self.refunding_cents)

    def dispute(self, dispute_id: str) -> Dispute | None:
        """The dispute of that id, if it is known."""
        return next((d for d in self.disputes if d.dispute_id == dispute_id), None)

    def with_dispute(self, dispute: Dispute) -> "Payment":
        """Take a dispute's newer state; a step back changes nothing."""
        known = self.dispute(dispute.dispute_id)
        if known is None:
            return replace(self, disputes=(*self.disputes, dispute))
        if DISPUTE_RANK[dispute.state] <= DISPUTE_RANK[known.state]:
            return self
        others = tuple(d for d in self.disputes if d.dispute_id != dispute.dispute_id)
        return replace(self, disputes=(*others, dispute))

    def reserved_for_refund(self, amount_cents: int) -> "Payment":
        """A refund of this much has been asked for."""
        return replace(self, refunding_cents=self.refunding_cents + amount_cents)

    def refund_finished(self, amount_cents: int, *, reserved: bool, given: bool) -> "Payment":
        """A refund went through (`given`) or failed; `reserved` if it had been asked for here."""
        return replace(
            self,
            refunding_cents=self.refunding_cents - (amount_cents if reserved else 0),
            refunded_cents=self.refunded_cents + (amount_cents if given else 0),
        )

    def refund_taken_back(self, amount_cents: int) -> "Payment":
        """A refund that had gone through bounced: the money is ours again."""
        return replace(self, refunded_cents=self.refunded_cents - amount_cents)
