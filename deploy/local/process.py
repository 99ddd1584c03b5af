"""One process we started: in its own session, remembered on disk, recognised again for certain.

A process is remembered by its number and its start time, so that a number the system has given to
somebody else in the meantime is never signalled.
"""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.programs import ROOT
from deploy.secrets import write_private

_START_TIME_FIELD = 19  # of /proc/PID/stat, counted behind the program's name


@dataclass(frozen=True)
class Spec:
    """How a process is started. `environment` is all it gets."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    directory: str = str(ROOT)
    stop_seconds: float = 20


@dataclass
class Process:
    """A process of the stack kept in `state`: run/NAME.spec, run/NAME.pid, logs/NAME.log."""

    state: Path
    name: str

    @property
    def log(self) -> Path:
        return self.state / "logs" / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.state / "run" / f"{self.name}.pid"

    @property
    def _spec_file(self) -> Path:
        return self.state / "run" / f"{self.name}.spec"

    @property
    def pid(self) -> int | None:
        """Its number while it runs."""
        try:
            number, started = self._pid_file.read_text().split()
        except (OSError, ValueError):
            return None
        return int(number) if started_at(int(number)) == started else None

    def start(self, spec: Spec | None = None) -> int:
        """Start it as `spec` says (or as the last time) unless it runs; give its number."""
        with self._alone():
            running = self.pid
            if running:
                return running
            if spec:
                write_private(self._spec_file, json.dumps(asdict(spec)))
            return self._launch(self.spec())

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Two that want to start it (a supervisor, a person) come one after the other."""
        lock = self.state / "run" / f"{self.name}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with lock.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _launch(self, spec: Spec) -> int:
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                spec.command,
                cwd=spec.directory,
                env=spec.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        write_private(self._pid_file, f"{child.pid} {started_at(child.pid)}")
        child.returncode = 0  # it outlives this object on purpose; whoever is its parent reaps it
        return child.pid

    def spec(self) -> Spec:
        kept = json.loads(self._spec_file.read_text())
        return Spec(**kept | {"command": tuple(kept["command"])})

    def signal(self, number: int) -> None:
        """Send a signal to the process and its children; nothing when it does not run."""
        pid = self.pid
        if pid:
            os.killpg(pid, number)

    def stop(self) -> None:
        """Ask it to end, insist after its `stop_seconds`, and forget it."""
        pid = self.pid
        if pid:
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)
            if not _ended(pid, within=self.spec().stop_seconds):
                self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it without warning, as a crash would."""
        pid = self.pid
        if pid:
            self.signal(signal.SIGKILL)
            _ended(pid, within=10)

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


def started_at(pid: int) -> str | None:
    """When a living process was started, in the system's own ticks; None for a dead one."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return None
    return None if state in "ZX" else fields[_START_TIME_FIELD - 1]


def reap() -> None:
    """Let the system forget children of ours that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _ended(pid: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while started_at(pid) is not None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    with contextlib.suppress(ChildProcessError):  # it may be somebody else's child by now
        os.waitpid(pid, os.WNOHANG)
    return True
