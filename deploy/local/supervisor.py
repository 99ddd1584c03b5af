"""Starts again what has ended by itself, while the product is up.

Every process keeps its own session, so that it outlives this one too; `down` ends this one first.
"""

import argparse
import math
import os
import select
import signal
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.process import Process, Spec, reap
from deploy.local.programs import ROOT

NAME = "supervisor"
_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY_AFTER = 1.0, 30.0, 60.0


@dataclass
class Watched:
    """One process under watch and how long to wait before it is started the next time."""

    process: Process
    pause: float = _FIRST_PAUSE
    started: float = field(default_factory=time.monotonic)
    due: float = 0.0
    """When it is to be started again, once it has ended."""

    def ended(self) -> None:
        """Plan the next start, after a pause that doubles as long as it keeps ending early."""
        now = time.monotonic()
        if now - self.started > _STEADY_AFTER:
            self.pause = _FIRST_PAUSE
        print(f"{self.process.name} has ended; starting it again in {self.pause:.0f} s", flush=True)
        self.due = now + self.pause
        self.pause = min(self.pause * 2, _LONGEST_PAUSE)

    def start_again(self) -> None:
        """Start it."""
        self.started = time.monotonic()
        self.process.start()


class Watch:
    """Several processes under watch; the pause of one delays none of the others."""

    def __init__(self, processes: Iterable[Watched]) -> None:
        """What does not run now is to be started again like what ends later."""
        self._poll = select.poll()
        self._running: dict[int, Watched] = {}
        self._ended: list[Watched] = []
        for watched in processes:
            self._attend(watched)

    def step(self) -> None:
        """Wait until one ends or until one is due, and do what is to be done then."""
        for descriptor, _ in self._poll.poll(self._patience_ms()):
            self._poll.unregister(descriptor)
            os.close(descriptor)
            reap()
            self._attend(self._running.pop(descriptor))
        waiting, self._ended = self._ended, []
        for watched in waiting:
            if watched.due > time.monotonic():
                self._ended.append(watched)
            else:
                watched.start_again()
                self._attend(watched)

    def _attend(self, watched: Watched) -> None:
        """Notice its end; one that has ended already, or that somebody else started, included."""
        pid = watched.process.pid
        if pid is None:
            watched.ended()
            self._ended.append(watched)
            return
        descriptor = os.pidfd_open(pid)
        self._running[descriptor] = watched
        self._poll.register(descriptor, select.POLLIN)

    def _patience_ms(self) -> int | None:
        if not self._ended:
            return None
        first = min(watched.due for watched in self._ended)
        return max(0, math.ceil((first - time.monotonic()) * 1000))


def spec(state: Path, names: list[str]) -> Spec:
    """How the supervisor of `names` is started."""
    command = (sys.executable, "-m", "deploy.local.supervisor", str(state), *names)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONUNBUFFERED": "1"}
    return Spec(NAME, command, environment, directory=str(ROOT), stop_seconds=5)


def watch(processes: Iterable[Watched]) -> None:
    """Wait for any of them to end, for ever, without asking again and again."""
    watching = Watch(processes)
    while True:
        watching.step()


def main() -> None:
    """Watch the named processes of a state directory until told to end."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.supervisor")
    parser.add_argument("state", type=Path)
    parser.add_argument("names", nargs="+")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    watch([Watched(Process(asked.state, name)) for name in asked.names])


if __name__ == "__main__":
    main()
