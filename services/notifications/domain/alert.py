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
