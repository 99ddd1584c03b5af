"""Why an account's payment was not made, in words for the customer."""

from dataclasses import dataclass

from services.portal.domain.refusals import PaymentRefusedError
from shared.money import money


@dataclass(frozen=True, slots=True)
class AccountRefusal:
    """What the page says above the button."""

    status: int
    code: str
    title: str
    text: str


NOT_CHARGED = "You have not been charged."
UNSURE = AccountRefusal(
    503,
    "payments_unavailable",
    "We did not get an answer in time",
    "Press the button again: this payment is made once, however often it is pressed.",
)
_WORDS = {
    "declined": (
        "The payment was declined",
        f"{NOT_CHARGED} Choose another card or bank account, or ask your bank.",
    ),
    "payment_in_progress": (
        "A payment of one of these invoices is already under way",
        f"{NOT_CHARGED} Finish it where it began, or try again in a few minutes.",
    ),
    "payment_processing": (
        "A bank payment of one of these invoices is on its way",
        f"{NOT_CHARGED} Banks need up to four business days.",
    ),
    "invoice_paid": (
        "One of these invoices is already paid",
        f"{NOT_CHARGED} Go back and choose again.",
    ),
    "online_payments_off": (
        "Online payment is switched off",
        f"{NOT_CHARGED} The company can tell you how to pay.",
    ),
    "card_max_exceeded": ("This is more than one card payment may be", NOT_CHARGED),
    "bank_max_exceeded": ("This is more than one bank payment may be", NOT_CHARGED),
    "amount_exceeds_balance": (
        "This is more than is due",
        f"{NOT_CHARGED} Go back and enter a smaller amount.",
    ),
    "too_many_invoices": (
        "One payment covers up to 200 invoices",
        f"{NOT_CHARGED} Go back and choose fewer.",
    ),
    "invoice_twice": (
        "An invoice was named twice",
        f"{NOT_CHARGED} Go back and choose again.",
    ),
    "invoice_not_found": (
        "One of these invoices cannot be paid here",
        f"{NOT_CHARGED} Check what is left before you pay.",
    ),
    "prepayment_not_confirmed": (
        "Tick the box if the rest may be kept as a prepayment",
        f"{NOT_CHARGED} Or go back and enter a smaller amount.",
    ),
    "method_not_found": (
        "This card or bank account is not on file any more",
        f"{NOT_CHARGED} Go back and choose another.",
    ),
    "payments_unavailable": (
        "Payment is not possible for a moment",
        f"{NOT_CHARGED} Wait a minute, then try again.",
    ),
}


def why_not(error: PaymentRefusedError, shown_cents: int, currency: str) -> AccountRefusal:
    """The words for billing's code; `shown_cents` is what the customer had confirmed."""
    now_cents = error.extra.get("amount_cents")
    if error.reason == "amount_changed" and isinstance(now_cents, int):
        text = (
            f"It was {money(shown_cents, currency)} and is now {money(now_cents, currency)}. "
            f"{NOT_CHARGED} Check the new amount before you pay."
        )
        return AccountRefusal(409, error.reason, "The amount has changed", text)
    title, text = _WORDS.get(
        error.reason, ("The payment was not made", f"{NOT_CHARGED} Go back and choose again.")
    )
    if error.reason == "declined" and error.detail != error.title:
        text = f"{error.detail} {text}"
    return AccountRefusal(_status(error.reason), error.reason, title, text)


def _status(reason: str) -> int:
    return {"declined": 402, "payments_unavailable": 503}.get(reason, 409)
