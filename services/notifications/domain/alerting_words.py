"""The words of one alert, before it has an id and a time."""

from dataclasses import dataclass

from services.notifications.domain.alert import Category, Drawn
from shared.contracts.notifications import AlertLevel


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an event leads staff to read."""

    kind: str
    category: Category
    text: str
    icon: str
    level: AlertLevel = "info"
    detail: str = ""
    drawn: Drawn = ""
    inspection_id: str | None = None
    amount_cents: int | None = None
    action: str = ""
    href: str = ""
    """The page to go to, where it is not an inspection's."""
    assignee: str | None = None
    """Whom it concerns whatever the company has chosen."""
