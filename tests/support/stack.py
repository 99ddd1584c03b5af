"""The whole product, as a test sees it: where it is spoken to, and how a part of it is broken.

Two backends keep this promise: processes of this machine and containers. A test must not know which
one it runs on. Names of parts: the four services, `rabbitmq`, `mongo`, `sandbox`, `gateway`.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from deploy.product import SERVICES
from deploy.secrets import Secrets

BACKING = ("rabbitmq", "mongo")
PARTS = (*BACKING, "sandbox", *SERVICES, "gateway")
BACKENDS = ("processes", "containers")
# Every test comes from one address, many times a second; the real limits have a test of their own.
OPERATOR_PASSWORD = "the-operator-of-the-tests"
TEST_SETTINGS = {
    service: {f"{service.upper()}_OPERATOR_PASSWORD": OPERATOR_PASSWORD} for service in SERVICES
}
TEST_SETTINGS["portal"]["PORTAL_LINK_MISSES_PER_MINUTE"] = "10000"
TEST_SETTINGS["gateway"] = {
    "GATEWAY_GENERAL_RATE": "2000r/s",
    "GATEWAY_SIGN_IN_RATE": "2000r/s",
    "GATEWAY_LINK_RATE": "2000r/s",
    "GATEWAY_WEBHOOK_RATE": "2000r/s",
}


class Stack(Protocol):
    """One running installation, or some parts of it. All addresses are reachable from the test.

    As in production, a service that ends by itself is started again; one that was stopped or killed
    from here stays down until `start`.
    """

    parts: tuple[str, ...]
    """What it consists of, in the order in which it is started."""
    secrets: Secrets
    gateway: str
    """The product's public address, without a slash at the end."""
    sandbox: str
    """The sandbox itself, for its control interface, which the gateway does not show."""
    services: dict[str, str]
    """Each service's own address, for health, metrics and internal routes."""

    def mongo_url(self, user: str) -> str:
        """The database as `user` (a service, or `operator` who may do anything)."""

    def rabbit_url(self, user: str) -> str:
        """The broker as `user` (a service, or `operator` who may do anything)."""

    def run(self, service: str, module: str, *arguments: str) -> str:
        """What `python -m module` prints when run with a service's settings; it must succeed."""

    def start(self, part: str) -> None:
        """Start what has been stopped, killed or crashed, as it was, and wait until it is ready."""

    def restart(self, part: str, **settings: str) -> None:
        """Stop and start it with `settings` added to its environment; wait until it is ready."""

    def arm(self, service: str, crash_points: str) -> None:
        """Restart a service so that it dies at a named point: `relay.confirmed-not-marked:1`."""

    def crashes(self, service: str) -> list[str]:
        """The crash points at which the service has died."""

    def stop(self, part: str) -> None:
        """Ask it to end and wait until it has."""

    def kill(self, part: str) -> None:
        """kill -9."""

    def pause(self, part: str) -> None:
        """Freeze it: connections stay open and nothing answers."""

    def resume(self, part: str) -> None:
        """Let it go on."""

    def is_running(self, part: str) -> bool:
        """Whether its process exists."""

    def wait_ready(self, parts: Iterable[str]) -> None:
        """Return when all of them can do their work; raise when one has ended or is late."""

    def log(self, part: str) -> str:
        """All it has written since the stack began."""

    def heal(self) -> None:
        """Bring everything back to the state in which a test may begin."""


@contextmanager
def running_stack(parts: tuple[str, ...] = PARTS) -> Iterator[Stack]:
    """These parts, ready, on the backend that DOORSTEP_BACKEND names (default: processes)."""
    backend = os.environ.get("DOORSTEP_BACKEND", "processes")
    with tempfile.TemporaryDirectory(prefix="doorstep-test-", ignore_cleanup_errors=True) as name:
        if backend == "processes":
            from tests.support.process_stack import process_stack  # noqa: PLC0415 - one or the other

            with process_stack(Path(name), parts) as stack:
                yield stack
        elif backend == "containers":
            from tests.support.container_stack import container_stack  # noqa: PLC0415

            with container_stack(parts) as stack:
                yield stack
        else:
            message = f"DOORSTEP_BACKEND is {backend!r}; it may be {' or '.join(BACKENDS)}"
            raise ValueError(message)
