"""The operator's commands for events nobody listens to; notifications, which watches, has them.

Looking needs the service's own settings; telling again needs the broker's operator user, whose
address is given to this one command and to no running service.
"""

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import asdict

from shared.config import ServiceConfig
from shared.messaging.unrouted import UnroutedShelf
from shared.operator_commands import Commands, add_command, show

OPERATOR_URL = "OPERATOR_RABBIT_URL"


def unrouted_commands(commands: Commands, load_config: Callable[[], ServiceConfig]) -> None:
    """Add `unrouted` and `replay-unrouted`; each sets `run`, a coroutine function."""

    async def unrouted(args: argparse.Namespace) -> None:
        async with UnroutedShelf.opened(load_config().rabbit_url.get_secret_value()) as shelf:
            show([asdict(message) for message in await shelf.listed()], as_json=args.json)

    add_command(commands, "unrouted", "events to which nobody listens", unrouted)
    replay = add_command(
        commands,
        "replay-unrouted",
        f"tell events again to whoever listens by now; needs {OPERATOR_URL}",
        _replay,
    )
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="the event's id, as `unrouted` shows it")
    which.add_argument("--all", action="store_true", help="everything on the shelf")


async def _replay(args: argparse.Namespace) -> None:
    address = os.environ.get(OPERATOR_URL)
    if not address:
        sys.exit(f"set {OPERATOR_URL} to the broker's address as its operator user")
    async with UnroutedShelf.opened(address) as shelf:
        told = await shelf.replay(event_id=args.id)
    show([{"told": told}], as_json=args.json)
    if args.id and not told:
        sys.exit(f"no event {args.id} on this shelf")
