"""What the JSON API takes and gives. Requests are strict: unknown fields are refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.billing.domain.bill import Bill
from services.billing.domain.gate import report_released
from services.billing.domain.invoice import Invoice
from services.billing.domain.listing import InvoiceRow
from services.billing.domain.payment import Payment
from services.billing.domain.refund import Refund
from services.billing.domain.told import invoice_told
from shared.contracts import billing as contract
from shared.money import PositiveCents

Id = Annotated[str, Field(min_length=1, max_length=80)]
Text = Annotated[str, Field(max_length=500)]
Words = Annotated[str, Field(min_length=1, max_length=500)]


class In(BaseModel):
    """A strict request body."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PaymentIn(In):
    """Money received by hand."""

    amount_cents: PositiveCents
    method: Literal["cash", "check", "card", "other"]
    reference: Annotated[str, Field(max_length=60)] = ""
    received_at: AwareDatetime | None = None
    note: Text = ""
    client_note: Text = ""


class RefundIn(In):
    """Money to be given back; with credit, nothing becomes due again (C9)."""

    amount_cents: PositiveCents
    with_credit: bool = False
    reason: Words


class SendIn(In):
    """The mail as it will go out."""

    subject: Annotated[str, Field(min_length=1, max_length=200)]
    body: Annotated[str, Field(min_length=1, max_length=20_000)]


class SettingsIn(In):
    """How the company takes money online."""

    online_payments: bool
    stripe_account_id: Annotated[str, Field(pattern="^acct_[A-Za-z0-9_]{1,50}$")] | None = None


class SettingsOut(BaseModel):
    """The settings and what follows from them."""

    online_payments: bool
    stripe_account_id: str | None
    takes_money: bool
    accepts_bank_payments: bool


class InvoiceRowOut(BaseModel):
    """One invoice of a list."""

    invoice_id: str
    inspection_id: str
    number: str
    kind: str
    status: str
    payer_name: str
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    surplus_cents: int
    issued_on: date
    due_on: date

    @classmethod
    def of(cls, row: InvoiceRow) -> "InvoiceRowOut":
        """From the flat copy."""
        return cls.model_validate(row, from_attributes=True)


class InvoicesOut(BaseModel):
    """A page of invoices, newest first."""

    items: list[InvoiceRowOut]
    next_cursor: str | None


class BalanceOut(BaseModel):
    """What the whole bill of an inspection stands at."""

    inspection_id: str
    currency: str
    total_cents: int
    paid_cents: int
    processing_cents: int
    balance_cents: int
    surplus_cents: int
    report_released: bool
    invoices: list[contract.Invoice]

    @classmethod
    def of(cls, bill: Bill) -> "BalanceOut":
        """From the bill."""
        return cls(
            inspection_id=bill.inspection_id,
            currency=bill.booking.currency,
            total_cents=bill.total_cents,
            paid_cents=bill.paid_cents,
            processing_cents=bill.processing_cents,
            balance_cents=bill.balance_cents,
            surplus_cents=bill.surplus_cents,
            report_released=report_released(bill),
            invoices=[invoice_told(bill, invoice) for invoice in bill.invoices],
        )


class PaymentOut(BaseModel):
    """One payment and what is left of it."""

    payment_id: str
    invoice_id: str
    amount_cents: int
    method: str
    method_label: str
    settled: bool
    receipt_number: str
    paid_at: AwareDatetime | None
    refunded_cents: int
    refundable_cents: int
    invoice_balance_cents: int

    @classmethod
    def of(cls, invoice: Invoice, payment: Payment) -> "PaymentOut":
        """From the invoice it pays."""
        return cls(
            payment_id=payment.payment_id,
            invoice_id=invoice.invoice_id,
            amount_cents=payment.amount_cents,
            method=payment.method.value,
            method_label=payment.method_label,
            settled=payment.settled,
            receipt_number=payment.receipt_number,
            paid_at=payment.paid_at,
            refunded_cents=payment.refunded_cents,
            refundable_cents=payment.refundable_cents,
            invoice_balance_cents=invoice.balance_cents,
        )


class RefundOut(BaseModel):
    """One refund; `pending` until the money is back with the payer."""

    refund_id: str
    payment_id: str
    amount_cents: int
    with_credit: bool
    status: str
    reason: str
    created_at: AwareDatetime

    @classmethod
    def of(cls, refund: Refund) -> "RefundOut":
        """From the books."""
        return cls(
            refund_id=refund.refund_id,
            payment_id=refund.payment_id,
            amount_cents=refund.amount_cents,
            with_credit=refund.with_credit,
            status=refund.state.value,
            reason=refund.reason,
            created_at=refund.created_at,
        )
