"""What tests start does not outlive them, however their process ends: Ctrl-C, a crash, kill -9.

A keeper beside the test process reads which directories hold processes. When the pipe to it closes,
which it does with the test process at the latest, it stops what still runs in them.
"""

import atexit
import subprocess
import sys
from pathlib import Path

from deploy.local.programs import ROOT

_keepers: list["subprocess.Popen[str]"] = []


def watch(directory: Path) -> None:
    """Have everything that runs in `directory` stopped once this process is gone."""
    if not _keepers:
        _keepers.append(_keeper())
        atexit.register(_keepers[0].communicate)
    pipe = _keepers[0].stdin
    assert pipe is not None
    pipe.write(f"{directory.resolve()}\n")
    pipe.flush()


def _keeper() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.left_behind"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,  # Ctrl-C is for the tests
    )


def _stop(directories: list[Path]) -> None:
    left = [directory for directory in directories if any((directory / "run").glob("*.pid"))]
    if left:
        from deploy.local.commands import down  # noqa: PLC0415 - nearly always not needed
        from deploy.local.stack import LocalStack  # noqa: PLC0415

        for directory in left:
            down(LocalStack(directory))  # its supervisor first, which would start it all again


if __name__ == "__main__":
    _stop([Path(line.rstrip("\n")) for line in sys.stdin])
