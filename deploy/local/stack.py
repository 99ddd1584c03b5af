"""The whole product as processes of this machine, for `make up` and for tests."""

import json
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from deploy.local import applications, broker, database, gateway, programs
from deploy.local.given import Given
from deploy.local.ports import free_ports, listens, refuse_taken
from deploy.local.process import Process, Spec
from deploy.local.report import CannotContinueError
from deploy.mongo.prepare import is_primary
from deploy.product import SERVICES, Addresses, Ports
from deploy.secrets import load_or_generate, write_private

BACKING = ("epmd", "rabbitmq", "mongo")
APPLICATIONS = ("sandbox", *SERVICES)
ALL = (*BACKING, *APPLICATIONS, "gateway")
START_SECONDS = 120


def _say_nothing(_: str) -> None:
    """For callers that do not want to hear about progress."""


class LocalStack:
    """One installation, kept in `directory`: its secrets, data, logs and processes.

    `ports` are remembered in the directory; without them free ones are chosen. Started again in the
    same directory finds its data.
    """

    def __init__(
        self, directory: Path, ports: Ports | None = None, given: Given | None = None
    ) -> None:
        """With `given` the broker and the database are somebody else's."""
        self.given = given
        self.parts = ALL if given is None else tuple(name for name in ALL if name not in BACKING)
        self.directory = directory.resolve()
        self.programs_cache = programs.ROOT / ".local" / "programs"
        self.ports = self._remembered(ports)
        self.secrets = load_or_generate(self.directory)
        self.overrides: dict[str, dict[str, str]] = {}

    @property
    def addresses(self) -> Addresses:
        ours = applications.addresses(self.ports)
        if self.given is None:
            return ours
        return replace(
            ours,
            mongo=self.given.mongo,
            mongo_options=self.given.mongo_options,
            rabbitmq=self.given.rabbitmq,
        )

    def process(self, name: str) -> Process:
        return Process(self.directory, name)

    def running(self) -> dict[str, int]:
        """Name -> process number of what runs now."""
        found = {name: self.process(name).pid for name in self.parts}
        return {name: pid for name, pid in found.items() if pid}

    # ------------------------------------------------------------------------------ all of it
    def start_backing(self) -> None:
        """Broker and database, ready when this returns."""
        self.start_parts(BACKING)

    def start_all(self, progress: Callable[[str], None] = _say_nothing) -> None:
        """Everything, ready when this returns. What runs already is left alone."""
        if self.given is None:
            programs.require()
        self.start_parts(self.parts, progress)

    def start_parts(
        self, names: Sequence[str], progress: Callable[[str], None] = _say_nothing
    ) -> None:
        """These alone, ready when this returns. What runs already is left alone."""
        self._refuse_taken(names)
        for name in names:  # all at once: a service waits for what it needs
            self.start(name)
        if "mongo" in names:
            database.make_ready(self.ports, self.secrets)
        elif self.given is not None:
            self.given.prepare(self.secrets)
        for name in names:
            self.wait_ready((name,))
            progress(f"{name} is ready")

    def stop_all(self) -> None:
        """Stop what runs, the services first and the database last."""
        stopping = [self.process(name) for name in reversed(self.parts)]
        for process in stopping:
            if process.name in APPLICATIONS:  # they need not wait for each other
                process.signal(signal.SIGTERM)
        for process in stopping:
            process.stop()

    # ------------------------------------------------------------------------------- one of it
    def start(self, name: str, **environment: str) -> None:
        """Start one process unless it runs; `environment` is added to its settings this once."""
        self.process(name).start(self._spec(name, environment))

    def stop(self, name: str) -> None:
        self.process(name).stop()

    def kill(self, name: str) -> None:
        self.process(name).kill()

    def restart(self, name: str, **environment: str) -> None:
        """Stop and start one process and wait until it is ready."""
        self.stop(name)
        self.start(name, **environment)
        self.wait_ready((name,))

    def pause(self, name: str) -> None:
        self.process(name).signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self.process(name).signal(signal.SIGCONT)

    def log(self, name: str) -> str:
        """All that one process has written, across its restarts."""
        path = self.process(name).log
        return path.read_text(errors="replace") if path.exists() else ""

    def wait_ready(
        self, names: Iterable[str], *, within: float = START_SECONDS, supervised: bool = False
    ) -> None:
        """Return when all are ready; raise CannotContinueError when one is late or has ended.

        With `supervised` an ended one is no reason: somebody starts it again.
        """
        waiting = list(names)
        deadline = time.monotonic() + within
        while waiting := [name for name in waiting if not self._is_ready(name)]:
            for name in waiting:
                if not supervised and not self.process(name).pid:
                    raise CannotContinueError(self._excuse(name, "ended while starting"))
            if time.monotonic() > deadline:
                raise CannotContinueError(
                    self._excuse(waiting[0], f"was not ready after {within:.0f} s")
                )
            time.sleep(0.1)

    # --------------------------------------------------------------------------------- details
    def _spec(self, name: str, environment: dict[str, str]) -> Spec:
        overrides = self.overrides.get(name, {}) | environment
        if name in SERVICES:
            return applications.service_spec(
                name, self.ports, self.secrets, overrides, self.addresses
            )
        if name == "sandbox":
            return applications.sandbox_spec(self.directory, self.ports, self.secrets, overrides)
        if name == "gateway":
            return gateway.spec(self.directory, self.ports, overrides)
        if name == "mongo":
            return database.spec(self.directory, self.programs_cache, self.ports, self.secrets)
        specs = broker.specs(self.directory, self.ports, self.secrets)
        return next(spec for spec in specs if spec.name == name)

    def _is_ready(self, name: str) -> bool:
        checks: dict[str, Callable[[], bool]] = {
            "rabbitmq": lambda: broker.greets(self.ports.rabbitmq),
            "mongo": lambda: is_primary("127.0.0.1", self.ports.mongo),
            "epmd": lambda: listens(self.ports.rabbitmq_epmd),
            "sandbox": lambda: listens(self.ports.sandbox) and listens(self.ports.smtp),
        }
        port = self.ports.as_dict().get(name, 0)
        if name in SERVICES:
            return applications.is_ready(port)
        return checks.get(name, lambda: listens(port))()

    def _excuse(self, name: str, what: str) -> str:
        process = self.process(name)
        return f"{name} {what}; its log is {process.log} and ends with:\n{process.tail()}"

    def _refuse_taken(self, names: Iterable[str]) -> None:
        ours = self.running()
        ports = self.ports.as_dict()
        owner = {"rabbitmq_epmd": "epmd", "rabbitmq_dist": "rabbitmq", "smtp": "sandbox"}
        refuse_taken(
            {
                name: port
                for name, port in ports.items()
                if owner.get(name, name) in names and owner.get(name, name) not in ours
            }
        )

    def _remembered(self, asked: Ports | None) -> Ports:
        path = self.directory / "ports.json"
        if path.exists():
            kept = Ports(**json.loads(path.read_text()))
            if asked is None or asked == kept:
                return kept
        ports = asked or free_ports()
        write_private(path, json.dumps(ports.as_dict(), indent=1))
        return ports
