"""Operator commands: `python -m services.notifications.main dead`, `... remind --at MOMENT`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from services.notifications.config import NotificationsConfig
from shared.operator_commands import operator_commands
from shared.unrouted_commands import unrouted_commands

Remind = Callable[[NotificationsConfig, datetime, str], Awaitable[int]]


def operate(arguments: Sequence[str], remind: Remind) -> None:
    """Run one command and say what it found; `remind` is brought by whoever knows the database."""
    parser = argparse.ArgumentParser(prog="python -m services.notifications.main")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    operator_commands(commands, "notifications", NotificationsConfig.load)
    unrouted_commands(commands, NotificationsConfig.load)
    words = "look for reminders as if it were this moment, and queue what is due"
    command = commands.add_parser("remind", help=words, description=words)
    command.add_argument("--at", type=_moment, required=True, help="like 2026-12-01T17:00:00Z")
    command.add_argument("--company", required=True, help="the company's id")

    async def run(args: argparse.Namespace) -> None:
        count = await remind(NotificationsConfig.load(), args.at, args.company)
        sys.stdout.write(f"{count} reminders queued\n")

    command.set_defaults(run=run)
    args = parser.parse_args(arguments)
    asyncio.run(args.run(args))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("give the moment with its zone, like ...T17:00:00Z")
    return moment
