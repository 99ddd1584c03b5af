"""The sandbox's own time: real time plus what the control API advanced it by."""

import time

from deploy.sandbox.state.store import Store

_SWITCH = "clock_ahead_seconds"


class Clock:
    """Seconds since 1970 as the sandbox sees them; only ever moved forward."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead: float = store.setting(_SWITCH, 0)

    def now(self) -> int:
        """Give the moment that goes into `created`."""
        return int(self.exactly())

    def exactly(self) -> float:
        """Give the moment with fractions, for timers."""
        return time.time() + self._ahead

    def ahead(self) -> float:
        """Tell by how many seconds sandbox time is ahead of real time."""
        return self._ahead

    def advance(self, seconds: float) -> None:
        """Jump forward; timers in between become due."""
        self._ahead += seconds
        self._store.remember(_SWITCH, self._ahead)

    def reset(self) -> None:
        """Go back to real time; only `reset` of the whole sandbox does that."""
        self._ahead = 0
