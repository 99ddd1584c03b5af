"""Operator commands: `python -m services.notifications.main dead`."""

import argparse
import asyncio
from collections.abc import Sequence

from services.notifications.config import NotificationsConfig
from shared.operator_commands import operator_commands


def operate(arguments: Sequence[str]) -> None:
    """Run one command and say what it found."""
    parser = argparse.ArgumentParser(prog="python -m services.notifications.main")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    operator_commands(commands, "notifications", NotificationsConfig.load)
    args = parser.parse_args(arguments)
    asyncio.run(args.run(args))
