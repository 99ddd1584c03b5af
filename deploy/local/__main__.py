"""`python -m deploy.local up | down | status | backing`."""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from deploy.local.backing import run_backing
from deploy.local.commands import down, status, up
from deploy.local.given import given
from deploy.local.programs import ROOT
from deploy.local.report import CannotContinueError
from deploy.local.stack import LocalStack
from deploy.product import Ports

COMMANDS = {"up": up, "down": down, "status": status, "backing": run_backing}


def main() -> int:
    """Do what the command line asks for; 1 with one sentence when it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local")
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--state", type=Path, default=ROOT / ".local" / "doorstep")
    asked = parser.parse_args()
    try:
        stack = LocalStack(asked.state, _ports(asked.state), given())
        COMMANDS[asked.command](stack)
    except CannotContinueError as reason:
        print(f"\n{reason}", file=sys.stderr)
        return 1
    return 0


def _ports(state: Path) -> Ports | None:
    """What DOORSTEP_PORTS asks for; else what the stack had before; else the usual ones."""
    wanted = os.environ.get("DOORSTEP_PORTS", "")
    if not wanted and (state / "ports.json").exists():
        return None
    pairs = (pair.split("=") for pair in wanted.split(",") if pair)
    return replace(Ports(), **{name: int(port) for name, port in pairs})


if __name__ == "__main__":
    sys.exit(main())
