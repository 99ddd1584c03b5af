"""One invoice: one payer's part of a bill, and what it stands at."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.billing.domain.payment import Payment


class InvoiceKind(StrEnum):
    """The client's invoice is the remainder of the bill; the others are carved out of it."""

    CLIENT = "client"
    THIRD_PARTY = "third_party"


class InvoiceStatus(StrEnum):
    """What an invoice is at this moment; always derived, never set."""

    OPEN = "open"
    PROCESSING = "processing"
    PAID = "paid"
    DEFERRED = "deferred"
    VOID = "void"


LEGAL_MOVES: dict[InvoiceStatus, frozenset[InvoiceStatus]] = {
    InvoiceStatus.OPEN: frozenset(
        {
            InvoiceStatus.PROCESSING,
            InvoiceStatus.PAID,
            InvoiceStatus.DEFERRED,
            InvoiceStatus.VOID,
        }
    ),
    # Void when the inspection was cancelled while a bank payment that then failed was on its way.
    InvoiceStatus.PROCESSING: frozenset(
        {InvoiceStatus.OPEN, InvoiceStatus.PAID, InvoiceStatus.DEFERRED, InvoiceStatus.VOID}
    ),
    # A refund, a return or a new service reopens; a cancelled inspection voids an empty one.
    InvoiceStatus.PAID: frozenset(
        {InvoiceStatus.OPEN, InvoiceStatus.DEFERRED, InvoiceStatus.VOID, InvoiceStatus.PROCESSING}
    ),
    InvoiceStatus.DEFERRED: frozenset(
        {InvoiceStatus.OPEN, InvoiceStatus.PROCESSING, InvoiceStatus.PAID, InvoiceStatus.VOID}
    ),
    # Services can come back after all were removed, and money can arrive from a page left open.
    InvoiceStatus.VOID: frozenset(
        {
            InvoiceStatus.OPEN,
            InvoiceStatus.PAID,
            InvoiceStatus.DEFERRED,
            InvoiceStatus.PROCESSING,
        }
    ),
}


class Gate(StrEnum):
    """Whether an invoice may be paid yet (R8, C7)."""

    OPEN = "open"
    UNTIL_PUBLISHED = "until_published"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """A person of the inspection, as the invoice names him."""

    contact_id: str
    name: str
    role_label: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferral:
    """The client pays at closing (C30)."""

    closing_on: date
    contact_name: str
    contact_email: str
    accepted_by: str
    accepted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """The one live attempt to pay this invoice."""

    attempt_id: str
    amount_cents: int
    partial: bool = False
    """Less than the whole balance is being paid; it may grow meanwhile, not shrink below."""

    def fits(self, balance_cents: int) -> bool:
        """Whether the page still asks for the right amount."""
        if self.partial:
            return self.amount_cents <= balance_cents
        return self.amount_cents == balance_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class EqualPart:
    """One of `parts` equal parts of the whole bill; the client has the one at position 0."""

    parts: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """total = paid + processing + balance − surplus, at every moment. All amounts in cents."""

    invoice_id: str
    number: str
    kind: InvoiceKind
    payer: Payer
    total_cents: int
    gate: Gate
    issued_on: date
    due_on: date
    line_ids: tuple[str, ...] = ()
    """The services a third party pays; they are followed when repriced (C16)."""
    fixed_cents: int | None = None
    """Or the fixed amount (R38)."""
    basis_points: int | None = None
    """Or hundredths of a percent of the whole bill."""
    equal: EqualPart | None = None
    """Or one of several equal parts of it."""
    capped_cents: int | None = None
    """Once paid in full, a third party's share never rises by itself: the rest is the client's."""
    credit_cents: int = 0
    """Given back as a credit: this part of the bill is not owed any more (C9)."""
    collect_now: bool = False
    """Staff allow payment before publish on this invoice (C7)."""
    payments: tuple[Payment, ...] = ()
    reservation: Reservation | None = None
    deferral: Deferral | None = None
    reference: str = ""
    sent_at: datetime | None = None
    voided: bool = False
    rule_id: str = ""
    """The split rule that made it."""
    invited_by: str = ""
    """The client who asked this payer to share the bill; he may take it back while unpaid."""
    revision: int = 0

    @property
    def paid_cents(self) -> int:
        """Received and kept."""
        return sum(payment.kept_cents for payment in self.payments)

    @property
    def processing_cents(self) -> int:
        """On its way by bank: neither due nor paid."""
        return sum(payment.processing_cents for payment in self.payments)

    @property
    def balance_cents(self) -> int:
        """What can be paid now."""
        return max(0, self.total_cents - self.paid_cents - self.processing_cents)

    @property
    def surplus_cents(self) -> int:
        """Received beyond the total, waiting for a refund. Money on its way does not count yet."""
        return max(0, self.paid_cents - max(0, self.total_cents))

    @property
    def empty(self) -> bool:
        """No money has ever touched it."""
        return not self.payments

    @property
    def status(self) -> InvoiceStatus:
        """What it is at this moment."""
        nothing_to_pay = self.total_cents <= 0 and self.empty
        if self.voided or (nothing_to_pay and self.kind is InvoiceKind.THIRD_PARTY):
            return InvoiceStatus.VOID
        if self.processing_cents:
            return InvoiceStatus.PROCESSING
        if self.balance_cents == 0:
            return InvoiceStatus.PAID
        return InvoiceStatus.DEFERRED if self.deferral else InvoiceStatus.OPEN

    @property
    def settled(self) -> bool:
        """Nothing due and nothing on its way."""
        return self.balance_cents == 0 and self.processing_cents == 0

    def payment(self, payment_id: str) -> Payment | None:
        """The payment of that id, if it pays this invoice."""
        return next((p for p in self.payments if p.payment_id == payment_id), None)

    def with_payment(self, payment: Payment) -> "Invoice":
        """Add the payment, or put its next state in the place of the present one."""
        if self.payment(payment.payment_id) is None:
            return replace(self, payments=(*self.payments, payment))
        return replace(
            self,
            payments=tuple(
                payment if known.payment_id == payment.payment_id else known
                for known in self.payments
            ),
        )

    def without_payment(self, payment_id: str) -> "Invoice":
        """Drop a payment that never came; the attempt keeps its history."""
        return replace(self, payments=tuple(p for p in self.payments if p.payment_id != payment_id))

    def released_from(self, attempt_id: str) -> "Invoice":
        """The attempt is over: another one may begin."""
        if self.reservation is None or self.reservation.attempt_id != attempt_id:
            return self
        return replace(self, reservation=None)
