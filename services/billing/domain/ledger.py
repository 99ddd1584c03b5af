"""The ledger: every movement of money as an entry whose legs sum to zero, never changed.

Accounts of a company (cents, debit positive):
    receivable:<invoice>    what the payer owes: charges minus payments
    revenue                 the other side of every charge
    stripe, cash, check,    where the money is
    elsewhere
    in_transit,             bank payments on their way (two-phase: held, then posted or voided);
    expected:<invoice>      they are outside the receivables, because they are not paid yet
    prepaid:<account>       what an account customer has paid in advance
    disputed                withdrawn by the card network while a dispute is open
    losses                  taken back beyond what a payment had left
An entry's id is its idempotency key: the same fact can be written once only.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.billing.domain.payment import Method, Payment

_PLACES = {Method.CASH: "cash", Method.CHECK: "check"}
MIN_LEGS = 2


class UnbalancedEntryError(ValueError):
    """An entry that would make or destroy money; a mistake in this program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One account's part of an entry, in cents."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One movement. `of` names the entry it resolves or reverses."""

    entry_id: str
    company_id: str
    currency: str
    kind: str
    legs: tuple[Leg, ...]
    of: str | None = None

    def __post_init__(self) -> None:
        """Refuse what is not zero-sum, not whole cents, or one-legged."""
        cents = [leg.cents for leg in self.legs]
        if any(type(amount) is not int or amount == 0 for amount in cents):
            raise UnbalancedEntryError(self.entry_id)
        if len(cents) < MIN_LEGS or sum(cents) != 0:
            raise UnbalancedEntryError(self.entry_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """`cents` left a payment (or came back to it): what it was before and after."""

    owed: str
    """The account that owes it again: `receivable:<invoice>` or `prepaid:<account>`."""
    before: Payment
    after: Payment
    cents: int

    @property
    def backwards(self) -> "Moved":
        """The same seen from the other end."""
        return replace(self, before=self.after, after=self.before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Whose book an entry is written in."""

    company_id: str
    currency: str

    def charged(self, invoice_id: str, revision: int, delta_cents: int) -> Entry:
        """The invoice's total became larger or (negative) smaller."""
        return self._entry(
            f"inv:{invoice_id}:v{revision}",
            "charge",
            (f"receivable:{invoice_id}", delta_cents),
            ("revenue", -delta_cents),
        )

    def paid(self, payment_id: str, place: str, parts: Sequence[tuple[str, int]]) -> Entry:
        """Money came: one leg for each account whose debt it pays."""
        return self._entry(
            f"pay:{payment_id}",
            "payment",
            (place, sum(cents for _, cents in parts)),
            *((account, -cents) for account, cents in parts),
        )

    def held(self, payment_id: str, parts: Sequence[tuple[str, int]]) -> Entry:
        """A bank payment is on its way."""
        return self._entry(
            f"hold:{payment_id}",
            "hold",
            ("in_transit", sum(cents for _, cents in parts)),
            *((expected(account), -cents) for account, cents in parts),
        )

    def hold_ended(self, payment_id: str, parts: Sequence[tuple[str, int]]) -> Entry:
        """It arrived or failed; if it arrived, `paid` is written beside this."""
        return self._entry(
            f"hold-end:{payment_id}",
            "hold_end",
            ("in_transit", -sum(cents for _, cents in parts)),
            *((expected(account), cents) for account, cents in parts),
            of=f"hold:{payment_id}",
        )

    def applied(self, payment: Payment, invoice_id: str, account_id: str) -> Entry:
        """A prepayment pays an invoice: no money moves."""
        return self._entry(
            f"apply:{payment.payment_id}",
            "prepayment_applied",
            (prepaid(account_id), payment.amount_cents),
            (receivable(invoice_id), -payment.amount_cents),
            of=f"pay:{payment.attempt_id}",
        )

    def refunded(self, refund_id: str, moved: Moved) -> Entry:
        """Money went back to the payer."""
        return self._entry(
            f"refund:{refund_id}",
            "refund",
            *_owed_again(moved),
            (place_of(moved.after), -moved.cents),
            of=f"pay:{moved.after.attempt_id}",
        )

    def refund_bounced(self, refund_id: str, moved: Moved) -> Entry:
        """A refund that had gone through came back."""
        return self._entry(
            f"refund-failed:{refund_id}",
            "refund_failed",
            *((account, -cents) for account, cents in _owed_again(moved.backwards)),
            (place_of(moved.after), moved.cents),
            of=f"refund:{refund_id}",
        )

    def dispute_opened(self, dispute_id: str, cents: int) -> Entry:
        """The card network withdrew the money until the dispute is decided."""
        return self._entry(
            f"dispute-open:{dispute_id}", "dispute_open", ("disputed", cents), ("stripe", -cents)
        )

    def dispute_won(self, dispute_id: str, cents: int) -> Entry:
        """The money came back."""
        return self._entry(
            f"dispute-end:{dispute_id}",
            "dispute_won",
            ("stripe", cents),
            ("disputed", -cents),
            of=f"dispute-open:{dispute_id}",
        )

    def dispute_lost(self, dispute_id: str, moved: Moved) -> Entry:
        """The money is gone; the invoice is owed again."""
        return self._entry(
            f"dispute-end:{dispute_id}",
            "dispute_lost",
            *_owed_again(moved),
            ("disputed", -moved.cents),
            of=f"dispute-open:{dispute_id}",
        )

    def returned(self, dispute_id: str, moved: Moved) -> Entry:
        """The payer's bank took a settled payment back; final (C23)."""
        return self._entry(
            f"return:{dispute_id}",
            "return",
            *_owed_again(moved),
            (place_of(moved.after), -moved.cents),
            of=f"pay:{moved.after.attempt_id}",
        )

    def _entry(
        self, entry_id: str, kind: str, *legs: tuple[str, int], of: str | None = None
    ) -> Entry:
        return Entry(
            entry_id=entry_id,
            company_id=self.company_id,
            currency=self.currency,
            kind=kind,
            legs=tuple(Leg(account=account, cents=cents) for account, cents in legs if cents),
            of=of,
        )


def _owed_again(moved: Moved) -> tuple[tuple[str, int], tuple[str, int]]:
    """The payer owes what no longer counts as paid; anything beyond is the company's loss."""
    owed_cents = moved.before.kept_cents - moved.after.kept_cents
    return (moved.owed, owed_cents), ("losses", moved.cents - owed_cents)


def receivable(invoice_id: str) -> str:
    """What the payer of an invoice owes."""
    return f"receivable:{invoice_id}"


def prepaid(account_id: str) -> str:
    """What an account customer has paid in advance."""
    return f"prepaid:{account_id}"


def expected(account: str) -> str:
    """The side of an account on which money on its way waits: `expected:<invoice>`."""
    return account.replace("receivable:", "expected:").replace("prepaid:", "expected-prepaid:")


def place_of(payment: Payment) -> str:
    """The account the payment's money lies in."""
    return "stripe" if payment.online else _PLACES.get(payment.method, "elsewhere")


def balances(entries: Iterable[Entry]) -> dict[str, int]:
    """Every account's balance in cents; the sum of all is zero."""
    total: Counter[str] = Counter()
    for entry in entries:
        for leg in entry.legs:
            total[leg.account] += leg.cents
    return dict(total)
