"""What waits to be charged, in sums and row by row, as the pages and the API show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.billing.domain.methods import SavedMethod
from services.billing.usecases.ports_accounts import Chargeable, ChargeableSum


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody asked to see; nothing given: everything."""

    due_by: date | None = None
    account_id: str = ""
    kind: str = ""
    """`card`, `bank` or `none`."""
    invoice_ids: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Share:
    """All that waits of one account, with what it would be charged to, or why it would not."""

    sum: ChargeableSum
    method: SavedMethod | None
    why: str = ""

    @property
    def kind(self) -> str:
        """`card`, `bank` or `none`, as the filter says it."""
        return _kind(self.method)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One invoice of a share."""

    row: Chargeable
    method: SavedMethod | None
    why: str = ""
    tried: str = ""
    """What became of the last charge of this method, if it was in vain."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All that waits, in sums; of the invoices only those that were looked up. Cents."""

    shares: tuple[Share, ...]
    rows: tuple[Planned, ...]
    accounts: tuple[tuple[str, str], ...]
    """Everybody of whom something waits by that day, whatever the other filters say."""

    @property
    def invoice_count(self) -> int:
        """How many wait."""
        return sum(share.sum.invoice_count for share in self.shares)

    @property
    def charged_count(self) -> int:
        """How many of them would be charged."""
        return sum(share.sum.invoice_count for share in self.shares if not share.why)

    @property
    def charged_cents(self) -> int:
        """What that would bring."""
        return sum(share.sum.balance_cents for share in self.shares if not share.why)

    @property
    def left_out_count(self) -> int:
        """How many would not."""
        return self.invoice_count - self.charged_count


@dataclass(frozen=True, kw_only=True)
class RunPlan(Plan):
    """The same, with exactly the invoices that one run would charge."""

    left_out: tuple[Planned, ...]
    """The first of those that would not be charged."""

    @property
    def total_cents(self) -> int:
        """What the run would bring."""
        return sum(one.row.balance_cents for one in self.rows)

    @property
    def later_count(self) -> int:
        """Those beyond the most of one run: they wait for the next one."""
        return self.charged_count - len(self.rows)

    @property
    def later_cents(self) -> int:
        """What they come to."""
        return self.charged_cents - self.total_cents

    @property
    def by_method(self) -> list[tuple[str, int, int]]:
        """`Cards` and `Bank accounts`: how many invoices, how much."""
        found = []
        for kind, words in (("card", "Cards"), ("bank", "Bank accounts")):
            cents = [one.row.balance_cents for one in self.rows if _kind(one.method) == kind]
            if cents:
                found.append((words, len(cents), sum(cents)))
        return found


def _kind(method: SavedMethod | None) -> str:
    if method is None:
        return "none"
    return "bank" if method.bank else "card"
