"""Links: who they let in, to what, and for how long (R18, R19, R43).

The plain token exists only in the mail or answer that carries it. The database keeps SHA-256 of it,
and SHA-256 of the secret a browser holds after the exchange; neither opens anything by itself.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.portal.domain.account_rows import fold_address
from services.portal.domain.people_box import Boxes, has_left

Scope = Literal["inspection", "invoice"]
LinkState = Literal["live", "expired", "revoked", "left"]
"""`revoked`: staff ended it; `left`: whom it was sent to has left the People box."""

CLIENT_VIEW = "client_view"
"""Purpose of a link that staff minted to look at, and perhaps copy (R33)."""
NEW_LINK = "new_link"
"""Purpose of a link that somebody asked for because his had ended."""
LIFETIME = {"inspection": timedelta(days=365), "invoice": timedelta(days=180)}
"""Reports are read again months later; an invoice is not."""
REQUEST_PAUSE = timedelta(minutes=5)
"""How long after "email me a new link" the next request of the same link is quietly dropped."""
_BROWSER = b"doorstep browser"
_FORMS = b"doorstep forms"


@dataclass(frozen=True, slots=True)
class Link:
    """One link as the database knows it."""

    link_id: str
    company_id: str
    scope: Scope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    purpose: str
    created_at: datetime
    expires_at: datetime
    browser_digest: str
    """SHA-256 of the secret in the cookie."""
    total_cents: int | None = None
    """What the invoice came to when the link was made, to say "was $150.00, now $120.00"."""
    people_revision: int = 0
    """The revision of the inspection whose People box was known to whoever had it made."""
    revoked_at: datetime | None = None
    revoked_by: str = ""
    """The member of staff, or the program, that ended it."""
    opened_at: datetime | None = None
    seen_cents: int | None = None
    """What the invoice came to when its holder last had the page open."""
    was_cents: int | None = None
    """And the time before that, if it was another amount."""
    seen_at: datetime | None = None

    def state(self, now: datetime, boxes: Boxes) -> LinkState:
        """Whether it still lets anybody in; `boxes` as far as they are known to us.

        An invoice's link stays with its payer: it opens nothing but what is his (R43).
        """
        if self.revoked_at is not None:
            return "revoked"
        holder = fold_address(self.recipient)
        if self.scope == "inspection" and has_left(holder, self.people_revision, boxes):
            return "left"
        return "expired" if now >= self.expires_at else "live"


def token_digest(token: str) -> str:
    """Under which hash a token is kept. A fast hash is right: 256 random bits cannot be guessed."""
    return hashlib.sha256(token.encode()).hexdigest()


def browser_secret(token: str) -> str:
    """What a browser gets in exchange for the token; the token cannot be won back from it."""
    return hmac.new(token.encode(), _BROWSER, hashlib.sha256).hexdigest()


def form_token(secret: str) -> str:
    """What every form of this browser must carry (CSRF)."""
    return hmac.new(secret.encode(), _FORMS, hashlib.sha256).hexdigest()


def holds(link: Link, secret: str) -> bool:
    """Whether this browser was let in by this link."""
    return hmac.compare_digest(link.browser_digest, token_digest(secret))


def lifetime(scope: Scope) -> timedelta:
    """How long a new link of this scope lives."""
    return LIFETIME[scope]
