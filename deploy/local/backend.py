"""Whether `make up` runs containers or processes: as asked, as the last time, or what is there."""

import os
from pathlib import Path

from deploy.local import engine
from deploy.local.given import given
from deploy.local.report import CannotContinueError
from deploy.secrets import write_private

CHOICES = ("containers", "processes")
_REMEMBERED = "backend"


def chosen(state: Path) -> str:
    """Containers where an engine answers, else processes; DOORSTEP_BACKEND decides otherwise."""
    asked = os.environ.get("DOORSTEP_BACKEND", "")
    if asked:
        if asked not in CHOICES:
            raise CannotContinueError(
                f"DOORSTEP_BACKEND is {asked!r}; it may be {' or '.join(CHOICES)}."
            )
        return asked
    if given():
        return "processes"
    return last(state) or ("containers" if engine.answers({}) else "processes")


def last(state: Path) -> str:
    """What the stack in this directory ran on the last time; empty before the first."""
    path = state / _REMEMBERED
    return path.read_text() if path.exists() else ""


def remember(state: Path, choice: str) -> None:
    """So that `down` stops what `up` started."""
    write_private(state / _REMEMBERED, choice)
