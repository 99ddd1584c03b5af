"""Figures of an account: what is due and overdue, and what one payment may be."""

from dataclasses import dataclass
from datetime import date

from services.portal.domain.account_rows import SiteKind
from services.portal.domain.refusals import UnknownAccountError
from services.portal.domain.views import CompanyView
from shared.contracts.billing_accounts import SavedMethod, SavedMethodKind

CARD: SavedMethodKind = "card"
BANK: SavedMethodKind = "us_bank_account"


@dataclass(frozen=True, slots=True)
class KindTotals:
    """Open invoices of one kind."""

    count: int = 0
    balance_cents: int = 0
    overdue_count: int = 0
    overdue_cents: int = 0
    oldest_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenTotals:
    """Open invoices of an account (R61, R62). A child counts, its parent does not (C19)."""

    single: KindTotals = KindTotals()
    multi: KindTotals = KindTotals()

    def of(self, kind: SiteKind) -> KindTotals:
        """The part of one kind."""
        return self.single if kind == "single" else self.multi

    @property
    def count(self) -> int:
        """How many invoices are open."""
        return self.single.count + self.multi.count

    @property
    def balance_cents(self) -> int:
        """`Balance`: all that is due, overdue included."""
        return self.single.balance_cents + self.multi.balance_cents

    @property
    def overdue_count(self) -> int:
        """How many are overdue."""
        return self.single.overdue_count + self.multi.overdue_count

    @property
    def overdue_cents(self) -> int:
        """`Overdue Balance`."""
        return self.single.overdue_cents + self.multi.overdue_cents

    def days_late(self, today: date) -> int:
        """How long the oldest overdue invoice is late; 0 when none is."""
        due = [t.oldest_due_on for t in (self.single, self.multi) if t.oldest_due_on]
        return max(0, (today - min(due)).days) if due else 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What the company allows its customers (R83-R94). Without billing's word: nothing extra."""

    online: bool = False
    bank: bool = False
    autopay: bool = False
    card_changes: bool = False
    bank_changes: bool = False
    prepayments: bool = False
    card_max_cents: int = 0
    bank_max_cents: int = 0
    billing_history: bool = False

    def max_cents(self, kind: str) -> int:
        """The most one payment by this kind may be; 0: no limit (C1)."""
        return self.card_max_cents if kind == CARD else self.bank_max_cents

    def too_much(self, kind: str, cents: int) -> bool:
        """Whether a payment of this sum is refused (C2)."""
        return 0 < self.max_cents(kind) < cents

    def may_change(self, kind: str) -> bool:
        """Whether customers may update or remove methods of this kind (R87, R88)."""
        return self.card_changes if kind == CARD else self.bank_changes

    @property
    def kinds(self) -> tuple[SavedMethodKind, ...]:
        """The kinds a new method may have (R73, R75)."""
        if not self.online:
            return ()
        return (CARD, BANK) if self.bank else (CARD,)


def terms_of(company: CompanyView) -> Terms:
    """Billing's settings as the pages use them."""
    told = company.collecting
    if told is None:
        return Terms(online=company.takes_online_payments)
    return Terms(
        online=told.online_payments,
        bank=told.accepts_bank_payments,
        autopay=told.autopay,
        card_changes=told.card_changes,
        bank_changes=told.bank_changes and told.accepts_bank_payments,
        prepayments=told.prepayments,
        card_max_cents=told.card_max_cents,
        bank_max_cents=told.bank_max_cents if told.accepts_bank_payments else 0,
        billing_history=told.billing_history,
    )


def usable_methods(methods: tuple[SavedMethod, ...], terms: Terms) -> tuple[SavedMethod, ...]:
    """Methods on file that can pay now."""
    return tuple(m for m in methods if m.usable and not m.removed and m.kind in terms.kinds)


def usable_method(
    methods: tuple[SavedMethod, ...], terms: Terms, method_id: str
) -> SavedMethod | None:
    """The chosen method on file; None when none was chosen, or theirs cannot pay now.

    Raises UnknownAccountError for a method that is not theirs.
    """
    method = next((m for m in methods if m.method_id == method_id), None)
    if method is None and method_id:
        raise UnknownAccountError
    return method if method in usable_methods(methods, terms) else None
