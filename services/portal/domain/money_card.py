"""What the payment area of a client's or a payer's page says. Every state, one function."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from services.portal.domain.attempts import Verdict, trouble, verdict
from services.portal.domain.views import Checkout, CompanyView, Outcomes
from shared.contracts.billing import Invoice

CardKind = Literal[
    "after_publish",
    "cancelled",
    "confirming",
    "deferred",
    "due",
    "nothing_due",
    "paid",
    "preparing",
    "processing",
]
Action = Literal["pay", "learn_more", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCard:
    """The state of one invoice as its payer sees it. Amounts in cents."""

    kind: CardKind
    amount_cents: int = 0
    """The large figure: due, confirming, on its way or paid."""
    action: Action = "none"
    may_defer: bool = False
    trouble: str = ""
    """Why the last try failed; the payer was not charged, or was paid back."""
    unfinished: bool = False
    """The payer came back without having paid."""
    due_on: date | None = None
    overdue_days: int = 0
    expected_on: date | None = None


def money_card(
    invoice: Invoice | None,
    outcomes: Outcomes,
    company: CompanyView,
    attempt: Checkout | None,
    now: datetime,
    *,
    before_publish: bool = False,
) -> MoneyCard:
    """Decide the state (R8-R17, C23, C30). `before_publish`: known from the inspection alone (R8).

    The order matters: what cannot be paid comes before what can, and a payment that is being
    confirmed or is on its way never shows a button.
    """
    if invoice is None:
        return MoneyCard(kind="after_publish" if before_publish else "preparing")
    settled = _settled(invoice)
    if settled is not None:
        return settled
    if invoice.gate == "until_published":
        return MoneyCard(kind="after_publish", amount_cents=invoice.balance_cents)
    if invoice.status == "processing" or invoice.processing_cents:
        expected = outcomes.processing.expected_on if outcomes.processing else None
        return MoneyCard(
            kind="processing", amount_cents=invoice.processing_cents, expected_on=expected
        )
    coming_back = verdict(attempt, invoice, now)
    if coming_back == "confirming" and attempt is not None:
        return MoneyCard(kind="confirming", amount_cents=attempt.amount_cents)
    return _payable(invoice, outcomes, company, coming_back, now)


def _settled(invoice: Invoice) -> MoneyCard | None:
    """The states in which nothing is asked and nothing is on its way."""
    if invoice.status == "void":
        return MoneyCard(kind="cancelled", amount_cents=invoice.paid_cents)
    if invoice.balance_cents or invoice.processing_cents:
        return None
    if invoice.paid_cents or (invoice.status == "paid" and invoice.total_cents > 0):
        return MoneyCard(kind="paid", amount_cents=invoice.paid_cents)
    if invoice.gate == "until_published":
        return None
    return MoneyCard(kind="nothing_due")


def _payable(
    invoice: Invoice,
    outcomes: Outcomes,
    company: CompanyView,
    coming_back: Verdict,
    now: datetime,
) -> MoneyCard:
    online = company.takes_online_payments
    deferred = invoice.status == "deferred"
    today = now.astimezone(ZoneInfo(company.company.time_zone)).date()
    return MoneyCard(
        kind="deferred" if deferred else "due",
        amount_cents=invoice.balance_cents,
        action="pay" if online else "learn_more",
        may_defer=may_defer(invoice, company),
        trouble=trouble(outcomes) or ("not_charged" if coming_back == "failed" else ""),
        unfinished=coming_back == "unfinished",
        due_on=invoice.due_on,
        overdue_days=max(0, (today - invoice.due_on).days),
    )


def may_defer(invoice: Invoice, company: CompanyView) -> bool:
    """Whether the client may choose to pay at closing: never a third party (C30)."""
    return (
        invoice.kind == "client"
        and company.company.policy.allow_deferred_payment
        and invoice.status == "open"
        and invoice.gate == "open"
        and invoice.balance_cents > 0
    )
