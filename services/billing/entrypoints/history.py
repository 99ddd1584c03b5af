"""Everything that happened with the money of one inspection, newest first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.billing.domain.attempt import LIVE, Attempt, AttemptState
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Invoice
from services.billing.domain.payment import Payment
from services.billing.domain.refund import Refund, RefundState
from services.billing.entrypoints.words import (
    attempt_word,
    dispute_words,
    payment_word,
    refund_word,
)
from shared.money import money

_REFUND_KIND = {RefundState.SUCCEEDED: "", RefundState.PENDING: "info", RefundState.FAILED: "bad"}


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One line of the history of an invoice; `payment` where there is a receipt or a refund."""

    at: datetime
    title: str
    sub: str
    icon: str
    kind: str
    word: str = ""
    payment: Payment | None = None
    invoice_id: str = ""


def history(bill: Bill, attempts: Sequence[Attempt], refunds: Sequence[Refund]) -> list[Happening]:
    """Payments, refunds, tries that failed or were left, and what is in flight."""
    lines = [
        *_payments(bill),
        *(_refund(bill, refund) for refund in refunds),
        *(line for attempt in attempts for line in _tries(attempt)),
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _payments(bill: Bill) -> Iterator[Happening]:
    for invoice in bill.invoices:
        for payment in invoice.payments:
            if payment.settled and payment.paid_at:
                yield _payment(bill, invoice, payment, payment.paid_at)


def _payment(bill: Bill, invoice: Invoice, payment: Payment, at: datetime) -> Happening:
    notes = (payment.method_label, payment.receipt_number, f"invoice {invoice.number}")
    told = ", ".join(part for part in notes if part)
    by_hand = f". {payment.note}" if payment.note else ""
    objections = "".join(
        f". {dispute_words(each, bill.booking.currency)}" for each in payment.disputes
    )
    word = payment_word(payment)
    amount = money(payment.amount_cents, bill.booking.currency)
    return Happening(
        at=at,
        title=f"{invoice.payer.name} paid {amount}",
        sub=told + by_hand + objections,
        icon="banknote",
        kind="ok" if word == "Paid" else "bad" if word in {"Returned", "Disputed"} else "",
        word="" if word == "Paid" else word,
        payment=payment,
        invoice_id=invoice.invoice_id,
    )


def _refund(bill: Bill, refund: Refund) -> Happening:
    invoice = bill.invoice(refund.invoice_id)
    effect = "nothing becomes due again" if refund.with_credit else "the amount is due again"
    about = [effect if refund.state is RefundState.SUCCEEDED else "", refund.reason]
    return Happening(
        at=refund.created_at,
        title=f"{money(refund.amount_cents, bill.booking.currency)} back to {invoice.payer.name}",
        sub=". ".join(part[0].upper() + part[1:] for part in about if part),
        icon="undo-2",
        kind=_REFUND_KIND[refund.state],
        word=refund_word(refund),
        invoice_id=refund.invoice_id,
    )


def _tries(attempt: Attempt) -> Iterator[Happening]:
    """Declined tries, and an attempt that is in flight or ended without money."""
    amount = money(attempt.amount_cents, attempt.currency)
    for failure in attempt.failures:
        yield Happening(
            at=failure.at,
            title=f"Payment of {amount} failed",
            sub=f"{attempt.payer.name}: {failure.reason}",
            icon="circle-x",
            kind="bad",
            invoice_id=attempt.invoice_id,
        )
    over = attempt.state in {AttemptState.EXPIRED, AttemptState.CANCELED}
    if attempt.state in LIVE or (over and not attempt.failures):
        yield Happening(
            at=attempt.created_at,
            title=f"{attempt.payer.name}: {amount}",
            sub=attempt_word(attempt),
            icon="loader-circle" if attempt.state in LIVE else "clock",
            kind="info" if attempt.state in LIVE else "",
            invoice_id=attempt.invoice_id,
        )
