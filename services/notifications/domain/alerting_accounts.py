"""What staff read about account customers: autopay, prepayments, methods, payments, tickets."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from services.notifications.domain.alert import Category
from services.notifications.domain.alerting_words import Told
from shared.contracts.billing_accounts import (
    AccountPaymentChangedV1,
    AccountRefund,
    AccountRefundChangedV1,
    AutopayChangedV1,
    ChargeRunChangedV1,
    PaymentMethodChangedV1,
    PrepaymentChangedV1,
)
from shared.contracts.event import Event
from shared.contracts.portal import TicketChangedV1
from shared.money import money

SOMEBODY = "A customer"
NUMBERS_MAX = 3
PLACED = (
    "Nobody says there which invoice it is for: it is taken from the prepayment first, then from "
    "the newest invoice"
)


def account_of(event: Event) -> str | None:
    """The customer account an event is about."""
    match event:
        case AccountPaymentChangedV1():
            return event.payment.account_id
        case AccountRefundChangedV1():
            return event.refund.account_id
        case PrepaymentChangedV1():
            return event.prepayment.account_id
        case PaymentMethodChangedV1():
            return event.method.account_id
        case TicketChangedV1():
            return event.ticket.account_id
        case _:
            found: str | None = getattr(event, "account_id", None)
            return found


def _account_page(account_id: str) -> str:
    return f"/staff/scheduling/accounts/{account_id}"


def _money_page(account_id: str) -> str:
    return f"/staff/billing/accounts/{account_id}"


def _autopay(event: AutopayChangedV1, _name: str) -> Told:
    inside = "opted in to" if event.enrolled else "opted out of"
    return Told(
        kind="autopay_changed",
        category=Category.PAYMENTS,
        text=f"{event.account_name} {inside} Autopay",
        detail=_by(event.changed_by, event.actor_name),
        icon="refresh-cw",
        drawn="ok" if event.enrolled else "warn",
        href=_account_page(event.account_id),
    )


def _prepayment(event: PrepaymentChangedV1, name: str) -> Told:
    made = event.prepayment
    return Told(
        kind="prepayment_made",
        category=Category.PAYMENTS,
        level="needs_action",
        text=f"{name or SOMEBODY} made a prepayment of {money(made.amount_cents, made.currency)}",
        detail="It pays no invoice yet. Apply it to one",
        icon="piggy-bank",
        drawn="info",
        amount_cents=made.amount_cents,
        href="/staff/billing/prepayments",
    )


def _method(event: PaymentMethodChangedV1, name: str) -> Told | None:
    if not event.method.removed:
        return None
    what = "card" if event.method.kind == "card" else "bank account"
    return Told(
        kind="payment_method_removed",
        category=Category.PAYMENTS,
        text=f"{name or SOMEBODY}: {what} removed, {event.method.label}",
        detail=_by(event.changed_by, event.actor_name),
        icon="credit-card" if event.method.kind == "card" else "landmark",
        drawn="warn",
        href=_account_page(event.method.account_id),
    )


def _payment(event: AccountPaymentChangedV1, name: str) -> Told | None:
    paid = event.payment
    amount = money(paid.amount_cents, paid.currency)
    who = name or paid.payer_name
    count = len(paid.allocations)
    over = f"{count} invoice{'' if count == 1 else 's'}"
    shared: dict[str, Any] = {
        "category": Category.PAYMENTS,
        "amount_cents": paid.amount_cents,
        "href": _money_page(paid.account_id),
    }
    told: dict[str, Told] = {
        "succeeded": Told(
            kind="account_payment_recorded",
            level="success",
            text=f"{who} paid {amount}",
            detail=f"{paid.method_label}, receipt {paid.receipt_number}, {over}",
            icon="banknote",
            drawn="ok",
            **shared,
        ),
        "processing": Told(
            kind="account_payment_processing",
            text=f"{who} started a bank payment of {amount}",
            detail=f"{paid.method_label}, {over}. It counts as paid when the bank has settled it",
            icon="loader-circle",
            drawn="info",
            **shared,
        ),
        "failed": Told(
            kind="account_payment_failed",
            level="needs_action",
            text=f"Payment of {amount} by {who} failed",
            detail=f"{paid.method_label}, {over}. {paid.reason}".strip(),
            icon="circle-x",
            drawn="bad",
            **shared,
        ),
        "returned": Told(
            kind="account_payment_returned",
            level="needs_action",
            text=f"Bank payment of {amount} by {who} was returned",
            detail=f"{paid.method_label}, {over}. {paid.reason}".strip(),
            icon="circle-x",
            drawn="bad",
            **shared,
        ),
    }
    return told[paid.status]


def _refund(event: AccountRefundChangedV1, name: str) -> Told | None:
    """One alert for one movement of money, whatever invoices it is of."""
    refund = event.refund
    amount = money(refund.amount_cents, refund.currency)
    who = name or refund.payer_name
    shared: dict[str, Any] = {
        "category": Category.PAYMENTS,
        "icon": "undo-2",
        "amount_cents": refund.amount_cents,
        "href": f"{_money_page(refund.account_id)}#payment-{refund.account_payment_id}",
    }
    asking: dict[str, Any] = {**shared, "level": "needs_action", "action": "refund"}
    detail = f"{refund.method_label}, {_refunded(refund)}. {refund.reason}".strip()
    if refund.status == "pending":
        return None
    if refund.status == "failed":
        text = f"Refund of {amount} to {who} failed"
        return Told(kind="account_refund_failed", text=text, detail=detail, drawn="bad", **asking)
    if refund.placed_by_rule:
        text = f"Refund of {amount} made at the processor was put on {_refunded(refund)}: check"
        detail = f"{who}, {refund.method_label}, receipt {refund.receipt_number}. {PLACED}"
        return Told(kind="account_refund_placed", text=text, detail=detail, drawn="warn", **asking)
    text = f"{who} was refunded {amount}"
    return Told(kind="account_payment_refunded", text=text, detail=detail, **shared)


def _refunded(refund: AccountRefund) -> str:
    """`the prepayment and invoices HP-1, HP-2, HP-3 and 4 more`."""
    numbers = [part.invoice_number for part in refund.allocations]
    more = len(numbers) - NUMBERS_MAX
    named = ", ".join(numbers[:NUMBERS_MAX]) + (f" and {more} more" if more > 0 else "")
    invoices = f"invoice{'' if len(numbers) == 1 else 's'} {named}"
    parts = ["the prepayment"] if refund.prepayment_cents else []
    return " and ".join([*parts, invoices] if numbers else parts)


def _charge_run(event: ChargeRunChangedV1, _name: str) -> Told | None:
    if event.status != "finished":
        return None
    failed = event.failed_count
    return Told(
        kind="charge_run_finished",
        category=Category.PAYMENTS,
        level="needs_action" if failed else "success",
        text=f"Bulk charge finished: {money(event.charged_cents, event.currency)} collected",
        detail=f"{event.charged_count} of {event.invoice_count} charged, {failed} failed. "
        f"Started by {event.started_by}",
        icon="zap",
        drawn="warn" if failed else "ok",
        amount_cents=event.charged_cents,
        href="/staff/billing/charge",
    )


def _ticket(event: TicketChangedV1, _name: str) -> Told | None:
    ticket = event.ticket
    if ticket.last_message_from != "customer" or ticket.status == "closed":
        return None
    asked = {"question": "asks", "reschedule": "asks to reschedule", "cancel": "asks to cancel"}
    return Told(
        kind="ticket_waiting",
        category=Category.TICKETS,
        level="needs_action",
        text=f"{ticket.customer_name} {asked[ticket.kind]}: {ticket.subject}",
        detail=f"{ticket.account_name}, ticket {ticket.number}, {ticket.category}",
        icon="message-square",
        drawn="info",
        href=f"/staff/portal/tickets/{ticket.ticket_id}",
        assignee=ticket.assignee_staff_id,
    )


def _by(actor: str, name: str) -> str:
    if actor == "network":
        return "By the card network"
    return f"By {name}" if name else ""


ACCOUNT_ALERTS: Mapping[type[Event], Callable[[Any, str], Told | None]] = MappingProxyType(
    {
        AutopayChangedV1: _autopay,
        PrepaymentChangedV1: _prepayment,
        PaymentMethodChangedV1: _method,
        AccountPaymentChangedV1: _payment,
        AccountRefundChangedV1: _refund,
        ChargeRunChangedV1: _charge_run,
        TicketChangedV1: _ticket,
    }
)
"""Event by event, with the account's name where we know it."""
