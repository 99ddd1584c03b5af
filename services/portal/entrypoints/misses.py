"""Slows down whoever tries links that do not exist."""

from collections import OrderedDict, deque

from prometheus_client import Counter

from shared.problems import TooManyError

MISSES_MAX = 10
WINDOW_SECONDS = 60.0
ADDRESSES_MAX = 10_000

_missed = Counter("doorstep_portal_link_misses", "Links that were tried and do not exist.")


class Misses:
    """Recent misses by address, in this process; a bounded number of addresses."""

    def __init__(self) -> None:
        """Nobody has missed yet."""
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, address: str, now: float) -> None:
        """Count one miss. Raises TooManyError from the eleventh within a minute."""
        _missed.inc()
        times = self._times.setdefault(address, deque(maxlen=MISSES_MAX + 1))
        self._times.move_to_end(address)
        if len(self._times) > ADDRESSES_MAX:
            self._times.popitem(last=False)
        times.append(now)
        if len(times) > MISSES_MAX and now - times[0] < WINDOW_SECONDS:
            raise TooManyError(retry_after_seconds=int(WINDOW_SECONDS))
