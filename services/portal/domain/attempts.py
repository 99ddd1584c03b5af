"""What became of a payment that was begun here, as far as the facts say.

The return address only names the attempt; whether it was paid is known from billing's events, so
reloading, closing or sharing that address changes nothing.
"""

from datetime import datetime, timedelta
from typing import Literal

from services.portal.domain.views import Checkout, Outcomes
from shared.contracts.billing import Invoice

Verdict = Literal["none", "confirming", "unfinished", "failed"]

UNFINISHED = frozenset({"created", "open", "awaiting_payer", "requires_action"})
"""Billing's states of an attempt whose payer has not done everything."""
ENDED = frozenset({"failed", "declined", "canceled", "cancelled", "expired"})
"""Billing's states of an attempt that will never take money."""
REMEMBERED = timedelta(hours=1)
"""After this an attempt says nothing any more; the invoice alone decides."""


def verdict(attempt: Checkout | None, invoice: Invoice, now: datetime) -> Verdict:
    """Say what the payer sees who comes back from this attempt at this invoice."""
    if attempt is None or attempt.invoice_id != invoice.invoice_id:
        return "none"
    if now - attempt.started_at > REMEMBERED or invoice.status not in {"open", "deferred"}:
        return "none"
    if any(payment.payment_id == attempt.attempt_id for payment in invoice.payments):
        return "none"
    if attempt.state in UNFINISHED:
        return "unfinished"
    return "failed" if attempt.state in ENDED else "confirming"


def trouble(outcomes: Outcomes) -> str:
    """Why the last payment failed or was returned, in billing's words; empty if one came since."""
    bad = [outcome for outcome in (outcomes.failed, outcomes.returned) if outcome]
    good = [outcome for outcome in (outcomes.recorded, outcomes.processing) if outcome]
    if not bad:
        return ""
    last = max(bad, key=lambda outcome: outcome.at)
    return "" if any(outcome.at > last.at for outcome in good) else last.reason
