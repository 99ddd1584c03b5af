"""Sign-in sessions, company API keys, and how many wrong passwords are too many."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.scheduling.domain.refusals import TooManyAttemptsError
from services.scheduling.domain.staff import StaffRole

SESSION_IDLE = timedelta(hours=12)
SESSION_LIFE = timedelta(days=7)
STAFF_TOKEN_LIFE = timedelta(minutes=15)
API_TOKEN_LIFE = timedelta(minutes=15)

ATTEMPTS_WINDOW = timedelta(minutes=15)
ATTEMPTS_PER_ACCOUNT_AND_ADDRESS = 5
ATTEMPTS_PER_ADDRESS = 50


@dataclass(frozen=True, kw_only=True)
class Session:
    """One signed-in browser. Only the hash of its secret is kept."""

    session_id: str
    secret_hash: str
    company_id: str
    staff_id: str
    role: StaffRole
    """The role it was opened with: a changed role gets a new secret."""
    opened_at: datetime
    seen_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it ends, unless it is used before: 12 h idle, 7 days at most."""
        return min(self.seen_at + SESSION_IDLE, self.opened_at + SESSION_LIFE)

    def seen(self, at: datetime) -> "Session":
        """Return the session as used now."""
        return replace(self, seen_at=at)


@dataclass(frozen=True, kw_only=True)
class ApiKey:
    """A company's key for programs. Only the hash of its secret is kept."""

    key_id: str
    company_id: str
    name: str
    secret_hash: str
    scopes: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None = None
    revision: int = 1

    def revoked(self, at: datetime) -> "ApiKey":
        """Return the key as never valid again; revoking twice changes nothing."""
        if self.revoked_at:
            return self
        return replace(self, revoked_at=at, revision=self.revision + 1)


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Wrong passwords within the window: for this account from this address, and in all."""

    by_account_and_address: int
    by_address: int

    def refuse_too_many(self) -> None:
        """Refuse before the password is even looked at."""
        if (
            self.by_account_and_address >= ATTEMPTS_PER_ACCOUNT_AND_ADDRESS
            or self.by_address >= ATTEMPTS_PER_ADDRESS
        ):
            raise TooManyAttemptsError(retry_after_seconds=int(ATTEMPTS_WINDOW.total_seconds()))
