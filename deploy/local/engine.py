"""A container engine for as long as one command runs.

`python -m deploy.local.engine -- make something` uses the engine that answers. Where there is none
and we are root, it starts one of its own (installing it first) and stops it at the end; the images
stay in .local/engine for the next time.
"""

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.local import programs
from deploy.local.process import Process, Spec
from deploy.local.report import CannotContinueError, step

START_SECONDS = 40
# The second storage driver is slow but works on any file system.
VARIANTS: tuple[tuple[str, ...], ...] = ((), ("--storage-driver", "vfs"))


@contextlib.contextmanager
def engine() -> Iterator[dict[str, str]]:
    """Variables for commands that need one; raises CannotContinueError when none can be had."""
    if answers({}):
        yield {}
        return
    if os.geteuid() != 0:
        raise CannotContinueError(
            "No container engine answers: start Docker (`sudo systemctl start docker`), or run this"
            " as root, which starts a private one."
        )
    programs.on_path("docker", package="docker.io", needed_for="containers")
    daemon = programs.on_path("dockerd", package="docker.io", needed_for="containers")
    programs.on_path("iptables", package="iptables", needed_for="containers")
    # A socket's path may have no more than about a hundred characters, a checkout's may be longer.
    directory = Path(tempfile.mkdtemp(prefix="doorstep-engine-"))
    process = Process(directory, "dockerd")
    try:
        yield _start(process, daemon, directory)
    finally:
        process.stop()
        shutil.rmtree(directory, ignore_errors=True)


def answers(variables: dict[str, str]) -> bool:
    """True when an engine does what the docker client asks."""
    if not shutil.which("docker"):
        return False
    asked = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        env=os.environ | variables,
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _start(process: Process, daemon: Path, directory: Path) -> dict[str, str]:
    images = programs.ROOT / ".local" / "engine"
    images.mkdir(parents=True, exist_ok=True, mode=0o711)
    address = f"unix://{directory}/docker.sock"
    variables = {"DOCKER_HOST": address}
    environment = {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"}
    for variant in VARIANTS:
        step(f"starting a private container engine {' '.join(variant)}".rstrip())
        command = (
            str(daemon),
            *("--host", address),
            *("--data-root", str(images)),
            *("--exec-root", str(directory / "exec")),
            *("--pidfile", str(directory / "pid")),
            *variant,
        )
        process.start(Spec("dockerd", command, environment, stop_seconds=30))
        deadline = time.monotonic() + START_SECONDS
        while process.pid and time.monotonic() < deadline:
            if answers(variables):
                return variables
            time.sleep(0.3)
        process.stop()
    raise CannotContinueError(f"dockerd does not start here; it says:\n{process.tail(8)}")


def main() -> int:
    """Run the command behind `--` with an engine at hand; its exit code is ours."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.engine")
    parser.add_argument("command", nargs="+")
    command = parser.parse_args().command
    try:
        with engine() as variables:
            return subprocess.run(command, env=os.environ | variables, check=False).returncode
    except CannotContinueError as reason:
        print(reason, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
