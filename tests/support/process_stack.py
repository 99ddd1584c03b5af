"""The product as processes of this machine, in a directory of its own, on free ports."""

import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.environment import mongo_url, rabbit_url
from deploy.local.stack import LocalStack
from deploy.product import SERVICES
from tests.support.left_behind import watch
from tests.support.stack import PARTS, TEST_SETTINGS


class ProcessStack:
    def __init__(self, directory: Path, parts: tuple[str, ...]) -> None:
        self.parts = parts
        self.local = LocalStack(directory)
        self.local.overrides.update(TEST_SETTINGS)
        self.secrets = self.local.secrets
        self.gateway = self.local.addresses.public
        self.sandbox = self.local.addresses.sandbox
        self.services = self.local.addresses.services
        self._changed: set[str] = set()
        self._paused: set[str] = set()
        self._down: set[str] = set(parts)
        self._closing = threading.Event()

    def mongo_url(self, user: str) -> str:
        return mongo_url(user, self.secrets.mongo_passwords[user], self.local.addresses.mongo)

    def rabbit_url(self, user: str) -> str:
        return rabbit_url(
            user, self.secrets.rabbitmq_passwords[user], self.local.addresses.rabbitmq
        )

    def run(self, service: str, module: str, *arguments: str) -> str:
        spec = self.local.process(service).spec()
        done = subprocess.run(
            [spec.command[0], "-m", module, *arguments],
            env=spec.environment,
            cwd=spec.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, part: str) -> None:
        self.local.process(part).start()
        self._down.discard(part)
        self.wait_ready((part,))

    def restart(self, part: str, **settings: str) -> None:
        self._changed.discard(part)
        if settings:
            self._changed.add(part)
        self._down.add(part)
        self.local.stop(part)
        self.local.start(part, **settings)
        self._down.discard(part)
        self.wait_ready((part,))

    def arm(self, service: str, crash_points: str) -> None:
        self._crash_log(service).unlink(missing_ok=True)
        self.restart(service, CRASH_POINTS=crash_points, CRASH_LOG=str(self._crash_log(service)))

    def crashes(self, service: str) -> list[str]:
        log = self._crash_log(service)
        return log.read_text().split() if log.exists() else []

    def stop(self, part: str) -> None:
        self._down.add(part)
        self.local.stop(part)

    def kill(self, part: str) -> None:
        self._down.add(part)
        self.local.kill(part)

    def pause(self, part: str) -> None:
        self._paused.add(part)
        self.local.pause(part)

    def resume(self, part: str) -> None:
        self._paused.discard(part)
        self.local.resume(part)

    def is_running(self, part: str) -> bool:
        return self.local.process(part).pid is not None

    def wait_ready(self, parts: Iterable[str]) -> None:
        self.local.wait_ready(parts, supervised=True)

    def log(self, part: str) -> str:
        return self.local.log(part)

    def heal(self) -> None:
        for part in list(self._paused):
            self.resume(part)
        for part in list(self._changed):
            self.restart(part)
        for part in self.parts:
            self.local.start(part)
        self._down.clear()
        self.wait_ready(self.parts)

    def start_all(self) -> None:
        if self.parts == PARTS:
            self.local.start_all()
        else:
            beside = ("epmd",) if "rabbitmq" in self.parts else ()
            self.local.start_parts((*beside, *self.parts))
        self._down.clear()
        threading.Thread(target=self._keep_up, daemon=True).start()

    def stop_all(self) -> None:
        self._closing.set()
        self.local.stop_all()

    def _keep_up(self) -> None:
        """What a supervisor does: start again a service that has ended by itself."""
        while not self._closing.wait(0.3):
            for service in set(SERVICES) & set(self.parts):
                if service not in self._down and not self.is_running(service):
                    self.local.process(service).start()

    def _crash_log(self, service: str) -> Path:
        return self.local.directory / f"{service}.crashes"


@contextmanager
def process_stack(directory: Path, parts: tuple[str, ...]) -> Iterator[ProcessStack]:
    """A started stack, stopped at the end whatever happens."""
    stack = ProcessStack(directory, parts)
    watch(directory)
    try:
        stack.start_all()
        yield stack
    finally:
        stack.stop_all()
