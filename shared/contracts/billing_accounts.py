"""What billing tells of account customers: payments over many invoices, methods, autopay."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.billing import PaymentMethodKind, RefundStatus
from shared.contracts.event import Event, Value
from shared.money import Cents, PositiveCents, SumCents

AccountPaymentStatus = Literal["processing", "succeeded", "failed", "returned"]
AccountPaymentOrigin = Literal["customer", "staff", "charge_run"]
SavedMethodKind = Literal["card", "us_bank_account"]
Actor = Literal["customer", "staff", "network"]
ChargeRunStatus = Literal["running", "paused", "finished"]


class Allocation(Value):
    """The part of a payment that pays one invoice."""

    invoice_id: str
    invoice_number: str
    amount_cents: PositiveCents


class AccountPayment(Value):
    """One payment of an account. amount = the allocations + what is a prepayment."""

    account_payment_id: str
    account_id: str
    status: AccountPaymentStatus
    origin: AccountPaymentOrigin
    amount_cents: PositiveCents
    refunded_cents: Cents
    prepayment_cents: Cents
    """Not applied to an invoice when it was paid (R90)."""
    currency: str
    method: PaymentMethodKind
    method_label: str
    allocations: tuple[Allocation, ...]
    receipt_number: str
    """Empty until it is paid."""
    payer_name: str
    payer_email: str
    reason: str
    """Why it failed or came back, in words for the customer."""
    started_at: AwareDatetime
    paid_at: AwareDatetime | None
    revision: int


class AccountPaymentChangedV1(Event):
    """A payment of an account was started, paid, failed, refunded or taken back."""

    name: ClassVar[str] = "billing.account_payment_changed.v1"
    aggregate: ClassVar[str] = "account_payment"
    payment: AccountPayment

    @property
    def aggregate_id(self) -> str:
        """The payment's id."""
        return self.payment.account_payment_id

    @property
    def revision(self) -> int:
        """The payment's revision."""
        return self.payment.revision


class AccountRefund(Value):
    """Money of one payment of an account given back at once. amount = allocations + prepayment."""

    refund_id: str
    account_payment_id: str
    account_id: str
    status: RefundStatus
    amount_cents: PositiveCents
    allocations: tuple[Allocation, ...]
    """What of it each invoice was paid with before."""
    prepayment_cents: Cents
    """What of it paid no invoice."""
    currency: str
    method: PaymentMethodKind
    method_label: str
    receipt_number: str
    payer_name: str
    payer_email: str
    reason: str
    requested_by: str | None
    """None: it was made in the processor's dashboard."""
    placed_by_rule: bool
    """Nobody said there which invoices it is for, so a rule chose them: staff should look."""


class AccountRefundChangedV1(Event):
    """A refund of an account's payment moved; applied once, by `refund_id` and status."""

    name: ClassVar[str] = "billing.account_refund_changed.v1"
    aggregate: ClassVar[str] = "account_refund"
    refund: AccountRefund

    @property
    def aggregate_id(self) -> str:
        """The refund's id."""
        return self.refund.refund_id


class Prepayment(Value):
    """Money of an account that pays no invoice yet; staff apply it (R90)."""

    prepayment_id: str
    account_id: str
    account_payment_id: str
    amount_cents: PositiveCents
    unapplied_cents: Cents
    applied: tuple[Allocation, ...]
    currency: str
    received_at: AwareDatetime
    revision: int


class PrepaymentChangedV1(Event):
    """A prepayment was received, applied in part or whole, or refunded."""

    name: ClassVar[str] = "billing.prepayment_changed.v1"
    aggregate: ClassVar[str] = "prepayment"
    prepayment: Prepayment

    @property
    def aggregate_id(self) -> str:
        """The prepayment's id."""
        return self.prepayment.prepayment_id

    @property
    def revision(self) -> int:
        """The prepayment's revision."""
        return self.prepayment.revision


class SavedMethod(Value):
    """A card or bank account on file; never its number."""

    method_id: str
    account_id: str
    kind: SavedMethodKind
    label: str
    """As shown: `Visa ending 4242`, `Bank account ending 6789`."""
    expires: str
    """`04/2029` for a card, empty for a bank account."""
    is_default: bool
    removed: bool
    usable: bool
    """False after the bank withdrew the mandate, or the card expired."""
    revision: int


class PaymentMethodChangedV1(Event):
    """A method was saved, made the default, refreshed by the card network, or removed (R109)."""

    name: ClassVar[str] = "billing.payment_method_changed.v1"
    aggregate: ClassVar[str] = "payment_method"
    method: SavedMethod
    changed_by: Actor
    actor_name: str

    @property
    def aggregate_id(self) -> str:
        """The method's id."""
        return self.method.method_id

    @property
    def revision(self) -> int:
        """The method's revision."""
        return self.method.revision


class AutopayChangedV1(Event):
    """A customer opted in to autopay or out of it (R83, R107)."""

    name: ClassVar[str] = "billing.autopay_changed.v1"
    aggregate: ClassVar[str] = "autopay"
    account_id: str
    account_name: str
    enrolled: bool
    enrolled_at: AwareDatetime | None
    """Invoices of jobs created after this moment wait to be charged (C25)."""
    method_id: str | None
    changed_by: Actor
    actor_name: str
    autopay_revision: int

    @property
    def aggregate_id(self) -> str:
        """The account's id."""
        return self.account_id

    @property
    def revision(self) -> int:
        """The enrolment's revision."""
        return self.autopay_revision


class ChargeRunChangedV1(Event):
    """A bulk charge moved: how many invoices are charged, declined, left."""

    name: ClassVar[str] = "billing.charge_run_changed.v1"
    aggregate: ClassVar[str] = "charge_run"
    run_id: str
    status: ChargeRunStatus
    invoice_count: int
    charged_count: int
    failed_count: int
    charged_cents: SumCents
    currency: str
    started_by: str
    run_revision: int

    @property
    def aggregate_id(self) -> str:
        """The run's id."""
        return self.run_id

    @property
    def revision(self) -> int:
        """The run's revision."""
        return self.run_revision
