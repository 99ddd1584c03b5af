"""How a command speaks to who started it: one line per step, one sentence per failure."""

import sys
import time

_STARTED = time.monotonic()


class CannotContinueError(Exception):
    """Something is missing or broken; the text is one sentence that says what to do about it."""


def step(text: str) -> None:
    """Tell about a step, with the seconds since the command began."""
    print(f"  {time.monotonic() - _STARTED:5.1f} s  {text}", file=sys.stderr, flush=True)
