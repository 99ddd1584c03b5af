"""Which invoices the automatic run leaves to people (C24).

By itself an invoice is charged once to a method. When that try brought no money that stayed -
declined, the bank wants to see the cardholder, refused by the processor, given back, taken back -
asking the same method again tomorrow would cost a fee and a mail and change nothing. So the invoice
waits until somebody acts: staff charge it in a run of their own or retry it, the payer pays in the
portal, or autopay charges another method: a new default, another one chosen, a card the network
renewed. Then it may be charged by itself once more.
"""

from collections.abc import Sequence

from services.billing.domain.attempt import OVER_WITHOUT_MONEY, Attempt, AttemptState, Origin
from services.billing.domain.methods import SavedMethod
from services.billing.domain.payment import Method

WITHOUT_PAYER = (Origin.STAFF, Origin.CHARGE_RUN)
"""Who charges a method on file while the payer is away."""
BANK_TRIES = 2
"""How often runs try a bank account for one invoice: every failure costs the company a fee."""
_TAKEN_BACK = frozenset({AttemptState.LOST, AttemptState.RETURNED})
_GIVEN_BACK = frozenset({AttemptState.PARTIALLY_REFUNDED, AttemptState.REFUNDED})
_WITHOUT_MONEY = OVER_WITHOUT_MONEY | _TAKEN_BACK | _GIVEN_BACK


def last_vain_try(tries: Sequence[Attempt], invoice_id: str, method: SavedMethod) -> Attempt | None:
    """The last charge of this method that brought no money that stayed; None: it may be charged.

    `tries` are charges made without the payer, in any order.
    """
    vain = [
        attempt
        for attempt in tries
        if invoice_id in attempt.invoice_ids
        and attempt.method_id == method.method_id
        and attempt.state in _WITHOUT_MONEY
        and (method.renewed_at is None or attempt.created_at > method.renewed_at)
    ]
    return max(vain, key=lambda attempt: attempt.created_at, default=None)


def bank_is_used_up(tries: Sequence[Attempt], invoice_id: str) -> bool:
    """Whether runs have tried bank accounts for this invoice often enough."""
    failed = {AttemptState.FAILED, *_TAKEN_BACK}
    count = sum(
        attempt.origin is Origin.CHARGE_RUN
        and attempt.method is Method.BANK
        and attempt.state in failed
        and invoice_id in attempt.invoice_ids
        for attempt in tries
    )
    return count >= BANK_TRIES


def why_in_vain(attempt: Attempt) -> str:
    """In words, what became of a charge that brought nothing that stayed."""
    if attempt.state in _GIVEN_BACK:
        return "Paid, and given back"
    if attempt.state in _TAKEN_BACK:
        return "Paid, and taken back by the bank"
    return attempt.failures[-1].reason if attempt.failures else "The processor refused it"
