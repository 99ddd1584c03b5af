"""The words staff read for a state of money; one word for one state on every page."""

from datetime import date

from services.billing.domain.attempt import Attempt, AttemptState
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Gate, Invoice, InvoiceStatus
from services.billing.domain.listing import InvoiceRow
from services.billing.domain.payment import Dispute, DisputeState, Payment
from services.billing.domain.refund import Refund, RefundState
from services.billing.domain.told import paid_on
from shared.money import money
from shared.ui.formats import plural, short_day

STATUS_WORDS = {
    InvoiceStatus.PAID: "Paid",
    InvoiceStatus.PROCESSING: "Processing",
    InvoiceStatus.VOID: "Void",
}
ATTEMPT_WORDS = {
    AttemptState.CREATED: "Being started",
    AttemptState.UNKNOWN: "Waiting for the card processor's answer",
    AttemptState.AWAITING_PAYER: "On the payment page",
    AttemptState.REQUIRES_ACTION: "Confirming with their bank",
    AttemptState.PROCESSING: "Bank payment processing",
    AttemptState.FAILED: "Payment failed",
    AttemptState.CANCELED: "Payment not started",
    AttemptState.EXPIRED: "Left without paying",
}
REFUND_WORDS = {
    RefundState.PENDING: "Refund on its way",
    RefundState.SUCCEEDED: "Refunded",
    RefundState.FAILED: "Refund failed",
}

DISPUTE_WORDS = {
    DisputeState.NEEDS_RESPONSE: "disputed, to be answered at the card processor",
    DisputeState.UNDER_REVIEW: "disputed, under review",
    DisputeState.WON: "dispute won",
    DisputeState.LOST: "returned to the payer",
}


def invoice_word(bill: Bill, invoice: Invoice, today: date) -> str:
    """`Due Dec 1`, `3 days overdue`, `Paid Nov 18`, `Processing` and so on."""
    if invoice.status is InvoiceStatus.PAID:
        day = paid_on(bill, invoice)
        return f"Paid {short_day(day)}" if day else "Nothing due"
    if invoice.status in STATUS_WORDS:
        return STATUS_WORDS[invoice.status]
    if invoice.gate is Gate.UNTIL_PUBLISHED:
        return "Due after publish"
    if invoice.status is InvoiceStatus.DEFERRED:
        return f"Due at closing {short_day(invoice.due_on)}"
    return due_word(invoice.due_on, today)


def row_word(row: InvoiceRow, today: date) -> str:
    """The same for a row of a list."""
    status = InvoiceStatus(row.status)
    if status in STATUS_WORDS:
        return (
            "Nothing due"
            if status is InvoiceStatus.PAID and not row.paid_cents
            else (STATUS_WORDS[status])
        )
    if row.gate == Gate.UNTIL_PUBLISHED:
        return "Due after publish"
    if status is InvoiceStatus.DEFERRED:
        return f"Due at closing {short_day(row.due_on)}"
    return due_word(row.due_on, today)


def due_word(due_on: date, today: date) -> str:
    """When it is due, or for how long it has been."""
    late = (today - due_on).days
    return f"{plural(late, 'day')} overdue" if late > 0 else f"Due {short_day(due_on)}"


def bill_word(bill: Bill) -> str:
    """How the whole inspection stands."""
    if bill.balance_cents == 0 and bill.processing_cents == 0:
        return "Paid in full" if bill.paid_cents else "Nothing due"
    if bill.processing_cents and bill.balance_cents == 0:
        return "Processing"
    return "Partly paid" if bill.paid_cents else "Due"


def payment_word(payment: Payment) -> str:
    """What became of one payment."""
    if payment.returned_cents:
        return "Returned"
    if payment.held_cents:
        return "Disputed"
    if payment.refunded_cents:
        return "Refunded" if payment.kept_cents == 0 else "Partly refunded"
    return "Paid" if payment.settled else "Processing"


def dispute_words(dispute: Dispute, currency: str) -> str:
    """`$150.00 disputed, answer it at the card processor: fraudulent`."""
    amount = money(dispute.amount_cents, currency)
    why = f": {dispute.reason.replace('_', ' ')}" if dispute.reason else ""
    return f"{amount} {DISPUTE_WORDS[dispute.state]}{why}"


def attempt_word(attempt: Attempt) -> str:
    """How far a try has come."""
    return ATTEMPT_WORDS.get(attempt.state, "Paid")


def refund_word(refund: Refund) -> str:
    """What became of a refund."""
    return REFUND_WORDS[refund.state]
