"""What staff are told in the feed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.contracts.notifications import AlertLevel


class Category(StrEnum):
    """The chips above the feed."""

    PAYMENTS = "payments"
    INSPECTIONS = "inspections"
    EMAIL = "email"
    TICKETS = "tickets"
    PLATFORM = "platform"
    """About the software itself; shown to owners only."""


Drawn = Literal["", "info", "ok", "warn", "bad"]


@dataclass(frozen=True, kw_only=True)
class Alert:
    """One line of the feed. Its words come from the event alone, so that order does not matter."""

    alert_id: str
    company_id: str
    kind: str
    category: Category
    level: AlertLevel
    text: str
    at: datetime
    detail: str = ""
    icon: str = "bell"
    drawn: Drawn = ""
    inspection_id: str | None = None
    amount_cents: int | None = None
    action: str = ""
    """What staff can do about it: `resend`, `fix_address`, `refund`; the page draws the button."""
    href: str = ""
    """Where to go, when it is not about an inspection."""
    resource: str = ""
    """The Alert Resource that decides who is told; empty: everybody."""
    for_all: bool = True
    """Whether everybody's feed counts it as new; else only theirs it is assigned to (C27)."""
    assigned_to: tuple[str, ...] = ()
    """Staff ids; empty: unassigned."""
    done_at: datetime | None = None
    done_by: str = ""

    @property
    def waiting(self) -> bool:
        """Whether it still asks for somebody's action."""
        return self.level == "needs_action" and self.done_at is None

    @property
    def owners_only(self) -> bool:
        """Whether only owners see it."""
        return self.category is Category.PLATFORM


def alert_id(*, cause: str, kind: str) -> str:
    """The id of the alert that `cause` leads to: a repeat has the same."""
    return f"{cause}:{kind}"
