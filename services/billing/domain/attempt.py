"""One try to pay one invoice, or many of one account, at once. Its state only moves forward."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.billing.domain.allocation import Allocation
from services.billing.domain.invoice import Payer
from services.billing.domain.payment import Method, Payment


class AttemptState(StrEnum):
    """How far a try has come."""

    CREATED = "created"
    UNKNOWN = "unknown"
    """The processor did not answer: it may or may not have acted."""
    AWAITING_PAYER = "awaiting_payer"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    FAILED = "failed"
    CANCELED = "canceled"
    EXPIRED = "expired"
    SUCCEEDED = "succeeded"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    WON = "won"
    LOST = "lost"
    RETURNED = "returned"


RANK: dict[AttemptState, int] = {
    AttemptState.CREATED: 0,
    AttemptState.UNKNOWN: 1,
    AttemptState.AWAITING_PAYER: 2,
    AttemptState.REQUIRES_ACTION: 3,
    AttemptState.PROCESSING: 4,
    # Over without money. Money that comes after all is still booked: `succeeded` ranks higher.
    AttemptState.FAILED: 5,
    AttemptState.CANCELED: 5,
    AttemptState.EXPIRED: 5,
    AttemptState.SUCCEEDED: 6,
    AttemptState.PARTIALLY_REFUNDED: 7,
    AttemptState.REFUNDED: 8,
    AttemptState.DISPUTED: 9,
    AttemptState.WON: 10,
    AttemptState.LOST: 10,
    AttemptState.RETURNED: 10,
}
"""A state may only be replaced by one of a higher rank, whatever order the news comes in."""

OVER_WITHOUT_MONEY = frozenset({AttemptState.FAILED, AttemptState.CANCELED, AttemptState.EXPIRED})
LIVE = frozenset(state for state, rank in RANK.items() if rank <= RANK[AttemptState.PROCESSING])
IN_DOUBT = frozenset({AttemptState.CREATED, AttemptState.UNKNOWN})
ON_A_PAGE = frozenset({AttemptState.AWAITING_PAYER, AttemptState.REQUIRES_ACTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One declined try on the payment page: the code and, in words, why."""

    code: str
    reason: str
    at: datetime


class Origin(StrEnum):
    """Who wanted the payment."""

    CUSTOMER = "customer"
    STAFF = "staff"
    CHARGE_RUN = "charge_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A try of `amount_cents`, with everything needed to ask the processor again.

    The same `key` is sent with every repeat of the first call, so it can charge only once.
    amount = the allocations paid with it + `prepaid`.
    """

    attempt_id: str
    company_id: str
    allocations: tuple[Allocation, ...]
    """One for a single client's invoice, up to 200 for an account."""
    payer: Payer
    description: str
    amount_cents: int
    currency: str
    state: AttemptState
    request_key: str
    success_url: str
    cancel_url: str
    created_at: datetime
    expires_at: datetime
    account: str | None = None
    """The company's own Stripe account; None: the installation's key is the company's."""
    customer_id: str | None = None
    session_id: str | None = None
    payment_intent_id: str | None = None
    url: str | None = None
    method: Method = Method.CARD
    method_label: str = ""
    failures: tuple[Failure, ...] = ()
    expire_wanted: bool = False
    """The invoice changed, or was paid otherwise: close the page as soon as possible."""
    next_check_at: datetime | None = None
    """When to ask the processor, if no webhook comes before."""
    checks: int = 0
    kinds: tuple[Method, ...] = (Method.CARD, Method.BANK)
    """What the hosted page offers: the same at every repeat of the call."""
    account_id: str | None = None
    """The account customer whose payment it is; None for a single client's invoice."""
    origin: Origin = Origin.CUSTOMER
    by_hand: bool = False
    """Money that staff received: no processor knows of it."""
    recorded_by: str | None = None
    note: str = ""
    """For staff only."""
    client_note: str = ""
    method_id: str | None = None
    """The saved method to be charged without a page."""
    page_wanted: bool = False
    """The bank wants to see the payer, so the saved method is not enough: he gets a page."""
    save_method: bool = False
    prepaid: Payment | None = None
    """The part that pays no invoice yet (R90)."""
    receipt_number: str = ""
    paid_at: datetime | None = None
    refunded_cents: int = 0
    """Given back of all parts together."""
    returned_reason: str = ""
    """Why the bank took it back."""
    revision: int = 0

    @property
    def key(self) -> str:
        """The idempotency key of the call that lets the payer pay."""
        return f"pay-{self.attempt_id}" + ("-page" if self.page_wanted else "")

    @property
    def without_page(self) -> bool:
        """A saved method is charged by the server itself."""
        return self.method_id is not None and not self.page_wanted

    @property
    def invoice_ids(self) -> tuple[str, ...]:
        """The invoices it pays."""
        return tuple(allocation.invoice_id for allocation in self.allocations)

    @property
    def invoice_id(self) -> str:
        """The one it pays, or the first of them; empty when all is paid in advance."""
        return self.allocations[0].invoice_id if self.allocations else ""

    @property
    def applied_cents(self) -> int:
        """What staff have taken from the prepayment for invoices."""
        return sum(a.amount_cents for a in self.allocations if a.applied_at)

    @property
    def unapplied_cents(self) -> int:
        """What is left of the prepayment, to be applied or refunded."""
        if self.prepaid is None or not self.prepaid.settled:
            return 0
        return max(0, self.prepaid.refundable_cents - self.applied_cents)

    @property
    def live(self) -> bool:
        """Money may still come by it."""
        return self.state in LIVE

    def moved(self, state: AttemptState) -> "Attempt":
        """The attempt in that state, or as it is when that would be a step back."""
        if RANK[state] <= RANK[self.state]:
            return self
        return replace(self, state=state)

    def failed_once(self, failure: Failure) -> "Attempt":
        """Keep a declined try in the history, once."""
        known = {(f.code, f.reason) for f in self.failures[-1:]}
        if (failure.code, failure.reason) in known:
            return self
        return replace(self, failures=(*self.failures, failure))

    def same_page_for(self, *, amount_cents: int, success_url: str, now: datetime) -> bool:
        """Whether a second click may simply be sent to the page that is already open."""
        return (
            self.state in ON_A_PAGE
            and self.url is not None
            and not self.expire_wanted
            and self.amount_cents == amount_cents
            and self.success_url == success_url
            and self.expires_at > now + timedelta(minutes=1)
        )

    def checked(self, now: datetime) -> "Attempt":
        """Set the next time to ask: soon at first, hourly while a bank is at work."""
        if not self.live:
            return replace(self, next_check_at=None)
        wait = check_after(self.state, self.checks)
        if self.expire_wanted:
            wait = min(wait, timedelta(seconds=10))
        return replace(self, next_check_at=now + wait, checks=self.checks + 1)


def check_after(state: AttemptState, checks: int) -> timedelta:
    """How long to wait for a webhook before asking the processor (checks made so far)."""
    if state in IN_DOUBT:
        return timedelta(seconds=min(15 * 2 ** min(checks, 6), 600))
    if state is AttemptState.PROCESSING:
        return timedelta(hours=1)
    return timedelta(seconds=min(60 * 2 ** min(checks, 4), 600))
