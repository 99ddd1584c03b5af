"""Which ways to pay may be offered: what the account takes, within the maxima (C1, C2)."""

from services.billing.domain.account_refusals import (
    AboveMaximumError,
    BankMaximumError,
    BankUnavailableError,
    CardMaximumError,
)
from services.billing.domain.company import Settings
from services.billing.domain.payment import Method

SMALLEST_CHARGE_CENTS = 50
"""The processor takes no less at once."""
_REFUSALS: dict[Method, tuple[type[AboveMaximumError], str]] = {
    Method.CARD: (CardMaximumError, "card"),
    Method.BANK: (BankMaximumError, "bank account"),
}


def kinds_allowed(
    settings: Settings, wanted: tuple[Method, ...], *, amount_cents: int, currency: str
) -> tuple[Method, ...]:
    """Those of the wanted kinds by which a customer may pay so much.

    Raises BankUnavailableError, CardMaximumError or BankMaximumError when none is left: nothing
    was asked of the processor. Exactly the maximum is allowed; staff are never limited.
    """
    taken = settings.kinds(wanted)
    if not taken:
        raise BankUnavailableError
    allowed = tuple(kind for kind in taken if settings.portal.allows(kind, amount_cents))
    if not allowed:
        largest = max(taken, key=settings.portal.max_cents)
        refusal, words = _REFUSALS[largest]
        raise refusal(words, settings.portal.max_cents(largest), currency)
    return allowed
