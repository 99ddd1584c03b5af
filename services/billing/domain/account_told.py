"""Payments of accounts, prepayments, methods and autopay in the words of the published events."""

from collections.abc import Sequence
from dataclasses import replace

from services.billing.domain.allocation import Allocation
from services.billing.domain.attempt import OVER_WITHOUT_MONEY, Attempt, AttemptState
from services.billing.domain.methods import Autopay, SavedMethod
from services.billing.domain.refund import Refund
from shared.contracts import billing_accounts as contract
from shared.contracts.event import Event

_STATUS: dict[AttemptState, contract.AccountPaymentStatus] = {
    AttemptState.PROCESSING: "processing",
    AttemptState.FAILED: "failed",
    AttemptState.CANCELED: "failed",
    AttemptState.EXPIRED: "failed",
    AttemptState.LOST: "returned",
    AttemptState.RETURNED: "returned",
}


def account_payment_changed(attempt: Attempt) -> contract.AccountPaymentChangedV1 | None:
    """A payment of an account is now like this; None for one nobody need hear of.

    A page that was opened and left is no news. The revision is the one it is kept with.
    """
    quiet = {AttemptState.EXPIRED, AttemptState.CANCELED}
    if attempt.account_id is None or attempt.state in quiet or _before_news(attempt):
        return None
    failed = attempt.failures[-1].reason if attempt.failures else ""
    over = attempt.state in OVER_WITHOUT_MONEY
    return contract.AccountPaymentChangedV1(
        company_id=attempt.company_id,
        payment=contract.AccountPayment(
            account_payment_id=attempt.attempt_id,
            account_id=attempt.account_id,
            status=_STATUS.get(attempt.state, "succeeded"),
            origin=attempt.origin.value,
            amount_cents=attempt.amount_cents,
            refunded_cents=attempt.refunded_cents,
            prepayment_cents=attempt.prepaid.amount_cents if attempt.prepaid else 0,
            currency=attempt.currency,
            method=attempt.method.value,
            method_label=attempt.method_label,
            allocations=tuple(_told(a) for a in attempt.allocations if a.applied_at is None),
            receipt_number=attempt.receipt_number,
            payer_name=attempt.payer.name,
            payer_email=attempt.payer.email,
            reason=failed if over else attempt.returned_reason,
            started_at=attempt.created_at,
            paid_at=attempt.paid_at,
            revision=attempt.revision,
        ),
    )


def account_refund_changed(
    attempt: Attempt, refunds: Sequence[Refund], *, chosen: bool
) -> contract.AccountRefundChangedV1 | None:
    """A refund is now like this, whatever parts of the payment it was divided over.

    `chosen`: the payment has other parts that it could have been put on. None for a payment that
    is not an account's.
    """
    if attempt.account_id is None or not refunds:
        return None
    cents_of = {refund.payment_id: refund.amount_cents for refund in refunds}
    paid = [part for part in attempt.allocations if part.payment_id in cents_of]
    invoices = [replace(part, amount_cents=cents_of[part.payment_id]) for part in paid]
    amount_cents = sum(cents_of.values())
    first = refunds[0]
    return contract.AccountRefundChangedV1(
        company_id=attempt.company_id,
        refund=contract.AccountRefund(
            refund_id=first.whole_id,
            account_payment_id=attempt.attempt_id,
            account_id=attempt.account_id,
            status=first.state.value,
            amount_cents=amount_cents,
            allocations=tuple(_told(part) for part in invoices),
            prepayment_cents=amount_cents - sum(part.amount_cents for part in invoices),
            currency=attempt.currency,
            method=attempt.method.value,
            method_label=attempt.method_label,
            receipt_number=attempt.receipt_number,
            payer_name=attempt.payer.name,
            payer_email=attempt.payer.email,
            reason=first.reason,
            requested_by=first.requested_by,
            placed_by_rule=chosen and first.requested_by is None,
        ),
    )


def prepayment_changed(attempt: Attempt) -> contract.PrepaymentChangedV1 | None:
    """What is left of a prepayment; None if there is none, or it has not arrived."""
    if attempt.account_id is None or attempt.prepaid is None or attempt.paid_at is None:
        return None
    return contract.PrepaymentChangedV1(
        company_id=attempt.company_id,
        prepayment=contract.Prepayment(
            prepayment_id=attempt.attempt_id,
            account_id=attempt.account_id,
            account_payment_id=attempt.attempt_id,
            amount_cents=attempt.prepaid.amount_cents,
            unapplied_cents=attempt.unapplied_cents,
            applied=tuple(_told(a) for a in attempt.allocations if a.applied_at),
            currency=attempt.currency,
            received_at=attempt.paid_at,
            revision=attempt.revision,
        ),
    )


def method_changed(
    method: SavedMethod, *, by: contract.Actor, name: str
) -> contract.PaymentMethodChangedV1:
    """A method on file is now like this."""
    return contract.PaymentMethodChangedV1(
        company_id=method.company_id,
        method=contract.SavedMethod(
            method_id=method.method_id,
            account_id=method.account_id,
            kind="us_bank_account" if method.bank else "card",
            label=method.label,
            expires=method.expires,
            is_default=method.is_default,
            removed=method.removed,
            usable=method.usable,
            revision=method.revision,
        ),
        changed_by=by,
        actor_name=name,
    )


def autopay_changed(
    autopay: Autopay, *, account_name: str, by: contract.Actor, name: str
) -> contract.AutopayChangedV1:
    """A customer is in autopay, or not."""
    return contract.AutopayChangedV1(
        company_id=autopay.company_id,
        account_id=autopay.account_id,
        account_name=account_name,
        enrolled=autopay.enrolled,
        enrolled_at=autopay.enrolled_at,
        method_id=autopay.method_id,
        changed_by=by,
        actor_name=name,
        autopay_revision=autopay.revision,
    )


def payment_news(attempt: Attempt) -> list[Event]:
    """All that is to be told of a payment as it now is."""
    told = (account_payment_changed(attempt), prepayment_changed(attempt))
    return [event for event in told if event is not None]


def _before_news(attempt: Attempt) -> bool:
    return attempt.live and attempt.state is not AttemptState.PROCESSING


def _told(allocation: Allocation) -> contract.Allocation:
    return contract.Allocation(
        invoice_id=allocation.invoice_id,
        invoice_number=allocation.invoice_number,
        amount_cents=allocation.amount_cents,
    )
