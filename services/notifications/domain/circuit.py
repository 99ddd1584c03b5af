"""When a mail server is left alone for a while. One circuit per host, kept in memory."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

FAILURES_TO_OPEN = 3
PAUSE = timedelta(seconds=30)


@dataclass(frozen=True)
class Circuit:
    """Closed while all is well; open after several failures in a row; then one try decides."""

    failures: int = 0
    opened_at: datetime | None = None

    def allows(self, now: datetime) -> bool:
        """Whether a try is due: always while closed, one after each pause while open."""
        return self.opened_at is None or now >= self.opened_at + PAUSE

    def again_at(self, now: datetime) -> datetime:
        """When the next try may be made."""
        return now if self.opened_at is None else max(now, self.opened_at + PAUSE)

    def trying(self, now: datetime) -> Self:
        """Note that the one try of an open circuit is under way: nobody else makes it too."""
        return self if self.opened_at is None else replace(self, opened_at=now)

    def succeeded(self) -> Self:
        """The server answered: whatever it said, it is there."""
        return type(self)()

    def failed(self, now: datetime) -> Self:
        """No answer in time."""
        failures = self.failures + 1
        opened_at = now if failures >= FAILURES_TO_OPEN else self.opened_at
        return replace(self, failures=failures, opened_at=opened_at)
