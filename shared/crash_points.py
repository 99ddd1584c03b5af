"""Named places where a test may kill the process as if by kill -9. A no-op in production.

Armed by `CRASH_POINTS="billing.charged-not-recorded:3,relay.confirmed-not-marked:1"`: the process
dies at the N-th passing of that point. Counted, not random: rare points (once per batch) are
otherwise hardly ever hit. Each death leaves one line in `CRASH_LOG`, so that a test can assert
that the fault happened, and a point that has fired stays quiet after the restart.
"""

import os
from pathlib import Path

_DIED = 137


def _armed() -> dict[str, int]:
    spec = os.environ.get("CRASH_POINTS", "")
    return {
        name: int(count or 1) for name, _, count in (p.partition(":") for p in spec.split(",") if p)
    }


_countdown = _armed()


def _fired_before(name: str) -> bool:
    log = Path(os.environ["CRASH_LOG"])
    return log.exists() and name in log.read_text().split()


def crash_point(name: str) -> None:
    """Die here, now, without cleaning up, if a test has armed this name."""
    if not _countdown or name not in _countdown:
        return
    _countdown[name] -= 1
    if _countdown[name] > 0 or _fired_before(name):
        return
    log = os.open(os.environ["CRASH_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(log, f"{name}\n".encode())
    os._exit(_DIED)
