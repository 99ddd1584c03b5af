"""Slows down whoever tries links that do not exist."""

from collections import OrderedDict, deque

from prometheus_client import Counter

from shared.problems import TooManyError

WINDOW_SECONDS = 60.0
ADDRESSES_MAX = 10_000

_missed = Counter("doorstep_portal_link_misses", "Links that were tried and do not exist.")


class Misses:
    """Recent misses by address, in this process; a bounded number of addresses."""

    def __init__(self, misses_max: int) -> None:
        """`misses_max`: how many an address has free in any minute."""
        self._misses_max = misses_max
        self._times: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, address: str, now: float) -> None:
        """Count one miss. Raises TooManyError from the one that is too many."""
        _missed.inc()
        times = self._times.setdefault(address, deque(maxlen=self._misses_max + 1))
        self._times.move_to_end(address)
        if len(self._times) > ADDRESSES_MAX:
            self._times.popitem(last=False)
        times.append(now)
        if len(times) > self._misses_max and now - times[0] < WINDOW_SECONDS:
            raise TooManyError(retry_after_seconds=int(WINDOW_SECONDS))
