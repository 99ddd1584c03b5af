"""Starts again what has ended by itself, while the product is up.

Every process keeps its own session, so that it outlives this one too; `down` ends this one first.
"""

import argparse
import os
import select
import signal
import sys
import time
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

    def start_again(self) -> None:
        """Start it, after a pause that doubles as long as it keeps ending early."""
        if time.monotonic() - self.started > _STEADY_AFTER:
            self.pause = _FIRST_PAUSE
        print(f"{self.process.name} has ended; starting it again in {self.pause:.0f} s", flush=True)
        time.sleep(self.pause)
        self.pause = min(self.pause * 2, _LONGEST_PAUSE)
        self.started = time.monotonic()
        self.process.start()


def spec(state: Path, names: list[str]) -> Spec:
    """How the supervisor of `names` is started."""
    command = (sys.executable, "-m", "deploy.local.supervisor", str(state), *names)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONUNBUFFERED": "1"}
    return Spec(NAME, command, environment, directory=str(ROOT), stop_seconds=5)


def watch(processes: list[Watched]) -> None:
    """Wait for any of them to end, for ever, without asking again and again."""
    poll = select.poll()
    by_descriptor: dict[int, Watched] = {}

    def attend(watched: Watched) -> None:
        pid = watched.process.pid
        while pid is None:
            watched.start_again()
            pid = watched.process.pid
        descriptor = os.pidfd_open(pid)
        by_descriptor[descriptor] = watched
        poll.register(descriptor, select.POLLIN)

    for watched in processes:
        attend(watched)
    while True:
        for descriptor, _ in poll.poll():
            poll.unregister(descriptor)
            os.close(descriptor)
            reap()
            attend(by_descriptor.pop(descriptor))


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
