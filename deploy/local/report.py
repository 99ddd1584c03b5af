"""How a command here speaks to the person who started it: one line per step, one sentence per failure."""

import sys
import time

_STARTED = time.monotonic()


class CannotContinue(Exception):
    """Something is missing or broken; the text is one sentence that says what to do about it."""


def step(text: str) -> None:
    """Tell about a step, with the seconds since the command began."""
    print(f"  {time.monotonic() - _STARTED:5.1f} s  {text}", file=sys.stderr, flush=True)
