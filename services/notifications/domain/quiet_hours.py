"""Hours in which nobody is disturbed, on the clock of a place."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From `start` until `end` of the local clock, over midnight if need be; equal: none."""

    start: time
    end: time

    @property
    def none(self) -> bool:
        """Whether there is no quiet time at all."""
        return self.start == self.end

    def covers(self, at: datetime, zone: str) -> bool:
        """Whether this moment is quiet on the clock of that zone."""
        clock = at.astimezone(ZoneInfo(zone)).time()
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def over_at(self, at: datetime, zone: str) -> datetime:
        """The first moment from `at` on that is not quiet (UTC)."""
        if self.none or not self.covers(at, zone):
            return at
        local = at.astimezone(ZoneInfo(zone))
        day = local.date() if local.time() < self.end else local.date() + timedelta(days=1)
        return datetime.combine(day, self.end, ZoneInfo(zone)).astimezone(UTC)


NO_QUIET_HOURS = QuietHours(start=time(0), end=time(0))
NIGHT = QuietHours(start=time(20), end=time(8))
