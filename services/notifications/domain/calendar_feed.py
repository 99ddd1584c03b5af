"""Secret calendar addresses: whoever has one sees the appointments of one person or account."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.contracts.portal import PortalSettingsChangedV1

LOOK_BACK = timedelta(days=60)
SHOWN_MAX = 1000


class FeedKind(StrEnum):
    """Whose appointments."""

    STAFF = "staff"
    """An inspector's own."""
    ACCOUNT = "account"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class CalendarFeed:
    """One address. There is at most one of a subject; a new one ends the one before."""

    company_id: str
    kind: FeedKind
    subject_id: str
    token_hash: str
    """Of the token, which is nowhere else."""
    made_at: datetime


def shown(settings: PortalSettingsChangedV1 | None) -> bool:
    """Whether customers see coming visits (R96); a company that never chose lets them."""
    return settings is None or settings.upcoming_services


def look_back(kind: FeedKind, settings: PortalSettingsChangedV1 | None) -> timedelta:
    """How far back appointments are shown; a customer sees past ones only if he may (R95)."""
    hidden = kind is FeedKind.ACCOUNT and settings is not None and not settings.service_history
    return timedelta(0) if hidden else LOOK_BACK


def hashed(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
