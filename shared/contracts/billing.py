"""What billing tells: invoices, payments, balances, and what a company can take."""

from datetime import date
from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Value
from shared.money import Cents, PositiveCents, SignedCents

InvoiceKind = Literal["client", "third_party"]
InvoiceStatus = Literal["open", "processing", "paid", "deferred", "void"]
PaymentMethodKind = Literal["card", "us_bank_account", "cash", "check", "other"]
RefundStatus = Literal["pending", "succeeded", "failed"]
DisputeStatus = Literal["needs_response", "under_review", "won", "lost"]
CollectionGate = Literal["open", "until_published"]


class Payer(Value):
    """Who an invoice is addressed to."""

    contact_id: str
    name: str
    role_label: str
    email: str


class InvoiceLine(Value):
    """One printed line of an invoice."""

    name: str
    note: str = ""
    amount_cents: SignedCents


class InvoicePayment(Value):
    """One payment as its own invoice shows it."""

    payment_id: str
    receipt_number: str
    amount_cents: PositiveCents
    refunded_cents: Cents
    method: PaymentMethodKind
    method_label: str
    """As shown: `Visa ending 4242`, `Bank account ending 6789`, `Check 1042`."""
    paid_at: AwareDatetime
    account_payment_id: str | None = None
    """Set when it is one part of a payment over several invoices."""


class Deferral(Value):
    """The client pays at closing (C30)."""

    closing_on: date
    contact_name: str
    contact_email: str
    accepted_by: str
    accepted_at: AwareDatetime


class Invoice(Value):
    """The whole public state of one invoice. total = paid (net) + processing + balance."""

    invoice_id: str
    inspection_id: str
    number: str
    kind: InvoiceKind
    payer: Payer
    status: InvoiceStatus
    lines: tuple[InvoiceLine, ...]
    currency: str
    total_cents: SignedCents
    paid_cents: Cents
    """Received and kept: payments minus refunds. A refund with credit lowers the total as well."""
    processing_cents: Cents
    """On its way by bank: neither due nor paid (C23)."""
    balance_cents: Cents  # what can be paid now
    surplus_cents: Cents
    """Paid beyond the total, waiting for a refund (C16)."""
    payments: tuple[InvoicePayment, ...]
    gate: CollectionGate
    """`until_published`: nobody can pay it yet (R8, C7)."""
    deferral: Deferral | None
    sent_at: AwareDatetime | None
    issued_on: date
    due_on: date
    revision: int
    account_id: str | None = None
    """The account customer it is for; None for a single client."""
    order_id: str | None = None
    """Set on the child invoices of an order over several sites; the number is the parent's."""
    order_number: str = ""
    site_id: str = ""
    site_line: str = ""
    """As shown: `1482 Alder Creek Rd, Bend`."""
    job_created_at: AwareDatetime | None = None
    reference: str = ""


class Share(Value):
    """One payer's part of the bill as the client may see it (C17): never mail, card or link."""

    invoice_id: str
    payer_name: str
    role_label: str
    kind: InvoiceKind
    status: InvoiceStatus
    total_cents: SignedCents
    paid_cents: Cents
    paid_on: date | None
    invited: bool = False  # by the client, who may take it back while it is unpaid


class InvoiceChangedV1(Event):
    """An invoice was opened, changed, paid into or voided."""

    name: ClassVar[str] = "billing.invoice_changed.v1"
    aggregate: ClassVar[str] = "invoice"
    invoice: Invoice

    @property
    def aggregate_id(self) -> str:
        """The invoice's id."""
        return self.invoice.invoice_id

    @property
    def revision(self) -> int:
        """The invoice's revision."""
        return self.invoice.revision


class InspectionBalanceChangedV1(Event):
    """What the whole bill of one inspection stands at, and whether its report may open (C8, C9)."""

    name: ClassVar[str] = "billing.inspection_balance_changed.v1"
    aggregate: ClassVar[str] = "inspection_balance"
    inspection_id: str
    currency: str
    total_cents: SignedCents
    paid_cents: Cents
    processing_cents: Cents
    balance_cents: Cents
    surplus_cents: Cents
    report_released: bool
    shares: tuple[Share, ...]
    balance_revision: int
    charge_cents: SignedCents | None = None  # credits not deducted; older events do not say it
    published: bool | None = None  # whether billing knew the report as published; as above

    @property
    def aggregate_id(self) -> str:
        """The inspection's id."""
        return self.inspection_id

    @property
    def revision(self) -> int:
        """The bill's revision."""
        return self.balance_revision


class InvoiceSendRequestedV1(Event):
    """Staff sent an invoice to its payer; the mail goes to that person only (R42, R52)."""

    name: ClassVar[str] = "billing.invoice_send_requested.v1"
    aggregate: ClassVar[str] = "invoice"
    send_id: str
    invoice: Invoice
    subject: str
    body: str
    requested_by: str

    @property
    def aggregate_id(self) -> str:
        """The invoice's id."""
        return self.invoice.invoice_id


class PaymentEvent(Event):
    """Something happened to one payment; applied once, by `payment_id` and type."""

    aggregate: ClassVar[str] = "payment"
    payment_id: str
    invoice_id: str
    inspection_id: str
    payer: Payer
    amount_cents: PositiveCents
    currency: str
    method: PaymentMethodKind
    method_label: str
    account_payment_id: str | None = None
    """Set when it is one part of a payment over several invoices, which has its own events."""

    @property
    def aggregate_id(self) -> str:
        """The payment's id."""
        return self.payment_id


class PaymentProcessingV1(PaymentEvent):
    """A bank transfer is on its way; it is not paid yet (C23)."""

    name: ClassVar[str] = "billing.payment_processing.v1"
    expected_on: date | None


class PaymentRecordedV1(PaymentEvent):
    """Money was taken and written to the ledger."""

    name: ClassVar[str] = "billing.payment_recorded.v1"
    receipt_number: str
    paid_at: AwareDatetime
    invoice_balance_cents: Cents
    recorded_by: str | None
    """The staff member, for money received by hand."""


class PaymentFailedV1(PaymentEvent):
    """A payment that had been started did not go through; nothing was taken."""

    name: ClassVar[str] = "billing.payment_failed.v1"
    code: str
    reason: str
    """In words for the payer."""


class PaymentReturnedV1(PaymentEvent):
    """A settled bank payment was taken back by the bank; the invoice is due again (C23)."""

    name: ClassVar[str] = "billing.payment_returned.v1"
    reason: str


class PaymentRefundedV1(PaymentEvent):
    """A refund moved; `amount_cents` is the refund's, applied once by `refund_id` and status."""

    name: ClassVar[str] = "billing.payment_refunded.v1"
    refund_id: str
    status: RefundStatus
    with_credit: bool
    """True: the bill shrinks by it, nothing becomes due again (C9)."""
    reason: str
    account_refund_id: str | None = None  # of the whole refund it is a part of, if that is told too


class DisputeChangedV1(PaymentEvent):
    """A cardholder's dispute opened, moved or ended."""

    name: ClassVar[str] = "billing.dispute_changed.v1"
    dispute_id: str
    status: DisputeStatus
    reason: str


class SurplusArisenV1(Event):
    """More was paid than the bill now says; staff should refund it (C16)."""

    name: ClassVar[str] = "billing.surplus_arisen.v1"
    aggregate: ClassVar[str] = "invoice"
    invoice_id: str
    inspection_id: str
    payer: Payer
    surplus_cents: PositiveCents
    currency: str

    @property
    def aggregate_id(self) -> str:
        """The invoice's id."""
        return self.invoice_id


class BillingSettingsChangedV1(Event):
    """Whether and how a company can take money online."""

    name: ClassVar[str] = "billing.billing_settings_changed.v1"
    aggregate: ClassVar[str] = "billing_settings"
    online_payments: bool
    """Integrated payments chosen and the company's account can charge."""
    accepts_bank_payments: bool
    settings_revision: int
    clients_may_invite: bool = False
    """A client may invite somebody of the People box to pay a part."""
    autopay: bool = False  # customers may enrol in it (R83)
    card_changes: bool = False
    bank_changes: bool = False
    """Customers may update or remove a card (R87), a bank account (R88) on file."""
    prepayments: bool = False  # customers may see and make them (R89)
    card_max_cents: Cents = 0
    bank_max_cents: Cents = 0
    """The most one payment in the portal may be; 0: no limit (R91, R93, C1)."""
    billing_history: bool = False  # customers may see payments and credits (R94)

    @property
    def aggregate_id(self) -> str:
        """The company's id."""
        return self.company_id

    @property
    def revision(self) -> int:
        """The settings' revision."""
        return self.settings_revision
