"""Who is let into an account: the mailed link, and the session a browser gets for it.

The database keeps SHA-256 of the link's token and of the session's secret; neither opens anything.
A session is of one person's address in one company: it may choose among the accounts of that
company that name the address, and ends for an account the moment the person is taken out of it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.portal.domain.views import CompanyView

LINK_LIFETIME = timedelta(minutes=15)
IDLE_MAX = timedelta(hours=12)
"""A session nobody uses for this long is over."""
SESSION_MAX = timedelta(days=7)
"""After this even a session in use signs in again."""
SEEN_EVERY = timedelta(minutes=5)
"""How finely the last use is noted: not a write for every page."""
MAIL_PAUSE = timedelta(minutes=1)
"""How long after a mailed link the next request for one is quietly dropped."""

LinkState = Literal["live", "ended"]


@dataclass(frozen=True, slots=True)
class SignInLink:
    """One mailed link. It lets one browser in, once."""

    link_id: str
    company_id: str
    account_id: str
    contact_id: str
    email: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None

    def state(self, now: datetime) -> LinkState:
        """Whether it still lets somebody in."""
        return "live" if self.used_at is None and now < self.expires_at else "ended"


@dataclass(frozen=True, slots=True)
class AccountSession:
    """One signed-in browser. `digest` is the hash of its secret."""

    digest: str
    company_id: str
    email: str
    account_id: str | None
    """None until one of several accounts is chosen."""
    contact_id: str
    created_at: datetime
    seen_at: datetime

    def live(self, now: datetime) -> bool:
        """Whether it still counts."""
        return now - self.seen_at < IDLE_MAX and now - self.created_at < SESSION_MAX

    def unnoted(self, now: datetime) -> bool:
        """Whether its use is worth a write."""
        return now - self.seen_at >= SEEN_EVERY


def portal_offered(company: CompanyView) -> bool:
    """Whether the company's plan has customer accounts (R60, R77); a trial may look."""
    return company.company.offers_client_portal
