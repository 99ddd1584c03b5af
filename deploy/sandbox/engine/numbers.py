"""Stripe's documented test cards and bank accounts, and what each one does."""

from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True)
class Decline:
    """Why a bank says no, in the words the API uses."""

    code: str
    decline_code: str | None
    message: str


class Authentication(Enum):
    """When a card asks its holder for 3-D Secure."""

    NEVER = "never"
    ALWAYS = "always"
    UNLESS_SET_UP = "unless set up for off-session use"
    ON_SESSION_ONLY = "only while the holder is present"


class CardRefund(Enum):
    """How a refund to a card ends."""

    AT_ONCE = "succeeds at once"
    LATER = "pending first, succeeds later"
    FAILS_LATER = "succeeds first, fails later"


@dataclass(frozen=True)
class Card:
    """One test card."""

    number: str
    name: str
    """The part after `pm_card_` and `tok_` in Stripe's ready-made ids."""
    brand: str = "visa"
    funding: str = "credit"
    decline: Decline | None = None
    declines_when_saved: bool = False
    authentication: Authentication = Authentication.NEVER
    dispute: str | None = None
    """The reason of the dispute that follows a payment; `inquiry` is only asked about."""
    available_at_once: bool = False
    refund: CardRefund = CardRefund.AT_ONCE


@dataclass(frozen=True)
class Bank:
    """One test bank account (ACH) or IBAN (SEPA)."""

    number: str
    name: str
    failure: Decline | None = None
    returned: str | None = None
    """The debit settles, then comes back as a dispute with this reason."""
    never_settles: bool = False
    deposits_fail: bool = False


def _declined(decline_code: str, message: str = "Your card was declined.") -> Decline:
    return Decline("card_declined", decline_code, message)


GENERIC = _declined("generic_decline")
INSUFFICIENT = _declined("insufficient_funds", "Your card has insufficient funds.")
AUTHENTICATION_REQUIRED = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
_EXPIRED = Decline("expired_card", "expired_card", "Your card has expired.")
_CVC = Decline("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect.")
_ERROR = Decline(
    "processing_error",
    "processing_error",
    "An error occurred while processing your card. Try again in a little bit.",
)

_CARDS = (
    Card("4242424242424242", "visa"),
    Card("4000056655665556", "visa_debit", funding="debit"),
    Card("5555555555554444", "mastercard", brand="mastercard"),
    Card("2223003122003222", "mastercard_2", brand="mastercard"),
    Card("5200828282828210", "mastercard_debit", brand="mastercard", funding="debit"),
    Card("378282246310005", "amex", brand="amex"),
    Card("371449635398431", "amex_2", brand="amex"),
    Card("6011111111111117", "discover", brand="discover"),
    Card("3056930009020004", "diners", brand="diners"),
    Card("3566002020360505", "jcb", brand="jcb"),
    Card("6200000000000005", "unionpay", brand="unionpay"),
    Card("4000000000000002", "chargeDeclined", decline=GENERIC),
    Card("4000000000009995", "chargeDeclinedInsufficientFunds", decline=INSUFFICIENT),
    Card("4000000000009987", "chargeDeclinedLostCard", decline=_declined("lost_card")),
    Card("4000000000009979", "chargeDeclinedStolenCard", decline=_declined("stolen_card")),
    Card("4000000000000069", "chargeDeclinedExpiredCard", decline=_EXPIRED),
    Card("4000000000000127", "chargeDeclinedIncorrectCvc", decline=_CVC),
    Card("4000000000000119", "chargeDeclinedProcessingError", decline=_ERROR),
    Card(
        "4000000000006975",
        "chargeDeclinedVelocityLimitExceeded",
        decline=_declined("card_velocity_exceeded"),
    ),
    Card("4100000000000019", "chargeDeclinedFraudulent", decline=_declined("fraudulent")),
    Card("4000000000000341", "chargeCustomerFail", decline=GENERIC, declines_when_saved=True),
    Card("4000002760003184", "authenticationRequired", authentication=Authentication.ALWAYS),
    Card(
        "4000002500003155",
        "authenticationRequiredOnSetup",
        authentication=Authentication.UNLESS_SET_UP,
    ),
    Card(
        "4000003800000446",
        "authenticationRequiredSetupForOffSession",
        authentication=Authentication.ON_SESSION_ONLY,
    ),
    Card(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        authentication=Authentication.ALWAYS,
        decline=INSUFFICIENT,
    ),
    Card(
        "4000008400001629",
        "threeDSecureRequiredChargeDeclined",
        authentication=Authentication.ALWAYS,
        decline=GENERIC,
    ),
    Card("4000000000003220", "threeDSecure2Required", authentication=Authentication.ALWAYS),
    Card("4000000000003055", "threeDSecureOptional"),
    Card("4000000000000259", "createDispute", dispute="fraudulent"),
    Card(
        "4000000000002685",
        "createDisputeProductNotReceived",
        dispute="product_not_received",
    ),
    Card("4000000000001976", "createDisputeInquiry", dispute="inquiry"),
    Card("4000000000000077", "bypassPending", available_at_once=True),
    Card("4000000000007726", "pendingRefund", refund=CardRefund.LATER),
    Card("4000000000005126", "refundFail", refund=CardRefund.FAILS_LATER),
)

_OWNER_SAID_NO = "The customer has notified their bank that this payment was unauthorized."
_BANKS = (
    Bank("000123456789", "success"),
    Bank(
        "000111111113",
        "accountClosed",
        Decline("account_closed", None, "The customer's bank account has been closed."),
    ),
    Bank(
        "000111111116",
        "noAccount",
        Decline("no_account", None, "The customer's bank account could not be located."),
    ),
    Bank(
        "000222222227",
        "insufficientFunds",
        Decline("insufficient_funds", None, "The customer's account has insufficient funds."),
    ),
    Bank(
        "000333333335",
        "debitNotAuthorized",
        Decline("debit_not_authorized", None, _OWNER_SAID_NO),
    ),
    Bank(
        "000444444440",
        "invalidCurrency",
        Decline(
            "payment_intent_payment_attempt_failed",
            None,
            "The bank was unable to process this transaction because of its currency.",
        ),
    ),
    Bank("000555555559", "dispute", returned="insufficient_funds"),
    Bank("000666666661", "depositsFail", deposits_fail=True),
    Bank("000000000009", "processing", never_settles=True),
)
_SEPA_FAILURE = Decline(
    "payment_intent_payment_attempt_failed", None, "The payment was refused by the bank."
)
_IBANS = (
    Bank("AT321904300235473204", "success"),
    Bank("AT611904300234573201", "success_delayed"),
    Bank("AT861904300235473202", "failed", _SEPA_FAILURE),
    Bank("IT60X0542811101000000123456", "failed_it", _SEPA_FAILURE),
)

CARDS = {card.number: card for card in _CARDS}
CARDS_BY_NAME = {card.name: card for card in _CARDS}
BANKS = {bank.number: bank for bank in (*_BANKS, *_IBANS)}
BANKS_BY_NAME = {bank.name: bank for bank in _BANKS}
TEST_ROUTING_NUMBER = "110000000"


def card_named(name: str) -> Card | None:
    """Find the card behind `pm_card_<name>`; `visa_` may stand in front of a behaviour."""
    return CARDS_BY_NAME.get(name) or CARDS_BY_NAME.get(name.removeprefix("visa_"))


def card_numbered(number: str) -> Card | None:
    """Find a card by what a payer typed; any other number of the right form just works."""
    return CARDS.get(number) or (Card(number, "other") if passes_luhn(number) else None)


def bank_numbered(number: str) -> Bank:
    """Find a bank account; unknown ones settle without trouble."""
    return BANKS.get(number) or Bank(number, "other")


def passes_luhn(number: str) -> bool:
    """Check the check digit of a card number."""
    shortest, longest = 13, 19
    if not number.isdecimal() or not shortest <= len(number) <= longest:
        return False
    doubled = [sum(divmod(int(digit) * 2, 10)) for digit in number[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in number[-1::-2])) % 10 == 0
