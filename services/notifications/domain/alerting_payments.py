"""What staff read when money moves, or fails to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from services.notifications.domain.alert import Category
from services.notifications.domain.alerting_words import Told
from shared.contracts.billing import (
    DisputeChangedV1,
    PaymentEvent,
    PaymentFailedV1,
    PaymentProcessingV1,
    PaymentRecordedV1,
    PaymentRefundedV1,
    PaymentReturnedV1,
    SurplusArisenV1,
)
from shared.contracts.event import Event
from shared.money import money


def _told(event: PaymentEvent, text: str, detail: str, icon: str, **more: Any) -> Told:
    return Told(
        kind=event.name.split(".")[1],
        category=Category.PAYMENTS,
        text=text,
        detail=detail,
        icon=icon,
        inspection_id=event.inspection_id,
        amount_cents=event.amount_cents,
        **more,
    )


def _amount(event: PaymentEvent) -> str:
    return money(event.amount_cents, event.currency)


def _recorded(event: PaymentRecordedV1) -> Told:
    left = event.invoice_balance_cents
    still = f"{money(left, event.currency)} still due" if left else "Paid in full"
    return _told(
        event,
        f"{event.payer.name} paid {_amount(event)}",
        f"{event.method_label}, receipt {event.receipt_number}. {still} on this invoice",
        "banknote",
        drawn="ok",
        level="success",
    )


def _processing(event: PaymentProcessingV1) -> Told:
    return _told(
        event,
        f"{event.payer.name} started a bank payment of {_amount(event)}",
        f"{event.method_label}. It counts as paid when the bank has settled it",
        "loader-circle",
        drawn="info",
    )


def _failed(event: PaymentFailedV1) -> Told:
    by_bank = event.method == "us_bank_account"
    return _told(
        event,
        f"Payment of {_amount(event)} failed",
        f"{event.payer.name}, {event.method_label}. {event.reason}".strip(),
        "circle-x",
        drawn="bad",
        # A declined card is tried again on the spot; a failed transfer needs somebody (C23).
        level="needs_action" if by_bank else "info",
        action="resend" if by_bank else "",
    )


def _returned(event: PaymentReturnedV1) -> Told:
    return _told(
        event,
        f"ACH payment of {_amount(event)} was returned",
        f"{event.payer.name}, {event.method_label}. Reason: {event.reason}",
        "circle-x",
        drawn="bad",
        level="needs_action",
        action="resend",
    )


def _refunded(event: PaymentRefundedV1) -> Told | None:
    if event.status == "pending":
        return None
    failed = event.status == "failed"
    text = f"Refund of {_amount(event)} to {event.payer.name}"
    return _told(
        event,
        f"{text} failed" if failed else f"{event.payer.name} was refunded {_amount(event)}",
        f"{event.method_label}. {event.reason}".strip(),
        "undo-2",
        drawn="bad" if failed else "",
        level="needs_action" if failed else "info",
        action="refund" if failed else "",
    )


def _disputed(event: DisputeChangedV1) -> Told:
    words = {
        "needs_response": f"{event.payer.name} disputes a payment of {_amount(event)}",
        "under_review": f"Dispute over {_amount(event)} is under review",
        "won": f"Dispute over {_amount(event)} was won",
        "lost": f"Dispute over {_amount(event)} was lost",
    }
    urgent = event.status in {"needs_response", "lost"}
    won = event.status == "won"
    return _told(
        event,
        words[event.status],
        f"{event.method_label}. Reason: {event.reason}",
        "triangle-alert" if urgent else "shield-check",
        drawn="bad" if urgent else "ok" if won else "info",
        level="needs_action" if urgent else "success" if won else "info",
    )


def _surplus(event: SurplusArisenV1) -> Told:
    amount = money(event.surplus_cents, event.currency)
    return Told(
        kind="surplus_arisen",
        category=Category.PAYMENTS,
        level="needs_action",
        text=f"{event.payer.name} paid {amount} more than is due",
        detail="The order was reduced after payment. Refund the difference",
        icon="undo-2",
        drawn="warn",
        inspection_id=event.inspection_id,
        amount_cents=event.surplus_cents,
        action="refund",
    )


PAYMENT_ALERTS: Mapping[type[Event], Callable[[Any], Told | None]] = MappingProxyType(
    {
        PaymentRecordedV1: _recorded,
        PaymentProcessingV1: _processing,
        PaymentFailedV1: _failed,
        PaymentReturnedV1: _returned,
        PaymentRefundedV1: _refunded,
        DisputeChangedV1: _disputed,
        SurplusArisenV1: _surplus,
    }
)
