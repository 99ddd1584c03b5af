"""Operator commands: `python -m services.portal.main rebuild-view`."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence

from services.portal.config import PortalConfig
from shared.operator_commands import add_command, operator_commands, show


def operate(arguments: Sequence[str], *, rebuild: Callable[[], Awaitable[int]]) -> None:
    """Run one command and say what it did."""

    async def rebuild_view(args: argparse.Namespace) -> None:
        show([{"views_emptied": await rebuild()}], as_json=args.json)

    parser = argparse.ArgumentParser(prog="python -m services.portal.main")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    operator_commands(commands, "portal", PortalConfig.load)
    add_command(
        commands,
        "rebuild-view",
        "empty the read model and have its owners tell their present state again",
        rebuild_view,
    )
    args = parser.parse_args(arguments)
    asyncio.run(args.run(args))
