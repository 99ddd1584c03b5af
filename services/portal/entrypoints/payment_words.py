"""Why a payment was not started, in words for the payer; in every case nothing was charged."""

from dataclasses import dataclass

from services.portal.domain.refusals import PaymentRefusedError
from shared.money import money


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the page says above the button."""

    status: int
    code: str
    title: str
    text: str
    amount_cents: int | None = None
    """The amount due now, when that is why."""


AWAY = Refusal(
    503,
    "payments_unavailable",
    "Payment is not possible for a moment",
    "You have not been charged. Wait a minute, then try again.",
)
_WORDS = {
    "invoice_paid": (
        "This is already paid",
        "You have not been charged again. The page shows it in a moment.",
    ),
    "invoice_void": (
        "This invoice is no longer needed",
        "You have not been charged, and nothing is left to pay.",
    ),
    "payment_in_progress": (
        "A payment is already under way",
        "Finish it where you began, or try again in a few minutes. You were not charged twice.",
    ),
    "payment_processing": (
        "A bank payment is on its way",
        "You have not been charged again. Banks need up to four business days.",
    ),
    "payment_after_publish": (
        "Payment to be collected after inspection is published",
        "You have not been charged. You can pay here once the report is published.",
    ),
    "online_payments_off": (
        "Online payment is switched off",
        "You have not been charged. The company can tell you how to pay.",
    ),
}


def refused(error: PaymentRefusedError, shown_cents: int, currency: str) -> Refusal:
    """The words for billing's code; `shown_cents` is the amount the payer had agreed to."""
    if error.reason == "payments_unavailable":
        return AWAY
    now_cents = error.extra.get("amount_cents")
    if error.reason == "amount_changed" and isinstance(now_cents, int):
        text = (
            f"It was {money(shown_cents, currency)} and is now {money(now_cents, currency)}. "
            "You have not been charged. Check the new amount before you pay."
        )
        return Refusal(409, error.reason, "The amount has changed", text, now_cents)
    title, text = _WORDS.get(
        error.reason,
        (
            "The payment was not started",
            "You have not been charged. Reload the page and try again.",
        ),
    )
    return Refusal(409, error.reason, title, text)
