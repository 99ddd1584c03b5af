"""The operator's commands that every service has; each mounts them on its own command line.

commands = parser.add_subparsers(required=True)
operator_commands(commands, "billing", BillingConfig.load)
args = parser.parse_args()
asyncio.run(args.run(args))
"""

import argparse
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any

import httpx

from shared.config import ServiceConfig
from shared.messaging.operations import Operations
from shared.messaging.topology import events_queue
from shared.mongo import Store

Commands = Any
"""What `ArgumentParser.add_subparsers` gives; its class is private."""
Row = Mapping[str, object]
Run = Callable[[argparse.Namespace], Awaitable[None]]

METRICS_TIMEOUT_SECONDS = 2
_IN_HAND = "doorstep_events_in_hand "


def operator_commands(
    commands: Commands, service: str, load_config: Callable[[], ServiceConfig]
) -> None:
    """Add `queues`, `outbox`, `dead` and `replay`; each sets `run`, a coroutine function."""
    asked = _Asked(service, load_config)
    add_command(commands, "queues", "messages ready and in hand, and consumers", asked.queues)
    add_command(commands, "outbox", "events that wait and events that have left", asked.outbox)
    add_command(commands, "dead", "messages that failed or are parked, with the reason", asked.dead)
    replay = add_command(commands, "replay", "give messages to the service again", asked.replay)
    which = replay.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="the message's id, as `dead` shows it")
    which.add_argument("--all", action="store_true", help="everything on the shelf")
    replay.add_argument("--parked", action="store_true", help="from the parked, not the dead")


class _Asked:
    """The four commands, for one service."""

    def __init__(self, service: str, load_config: Callable[[], ServiceConfig]) -> None:
        self._service = service
        self._load_config = load_config

    async def queues(self, args: argparse.Namespace) -> None:
        async with self._operations() as operations:
            states = await operations.queues()
        in_hand = await _in_hand(self._load_config())
        served = events_queue(self._service)  # the only one with a consumer
        show(
            [
                {**asdict(state), "unacked": in_hand if state.queue == served else 0}
                for state in states
            ],
            as_json=args.json,
        )

    async def outbox(self, args: argparse.Namespace) -> None:
        async with self._operations() as operations:
            show([asdict(state) for state in await operations.outbox()], as_json=args.json)

    async def dead(self, args: argparse.Namespace) -> None:
        async with self._operations() as operations:
            show([asdict(message) for message in await operations.shelved()], as_json=args.json)

    async def replay(self, args: argparse.Namespace) -> None:
        async with self._operations() as operations:
            moved = await operations.replay(event_id=args.id, parked=args.parked)
        show([{"moved": moved}], as_json=args.json)
        if args.id and not moved:
            sys.exit(f"no message {args.id} on this shelf")

    @asynccontextmanager
    async def _operations(self) -> AsyncIterator[Operations]:
        config = self._load_config()
        store = Store(config.mongo_url.get_secret_value(), config.mongo_database)
        try:
            rabbit_url = config.rabbit_url.get_secret_value()
            async with Operations.opened(self._service, rabbit_url, store) as opened:
                yield opened
        finally:
            await store.close()


def add_command(commands: Commands, name: str, help_: str, run: Run) -> argparse.ArgumentParser:
    """Add one command with `--json`; it is carried out by `run`."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=help_, description=help_)
    command.add_argument("--json", action="store_true", help="for programs")
    command.set_defaults(run=run)
    return command


def show(rows: Sequence[Row], *, as_json: bool) -> None:
    """Print rows as a table for people, or as one JSON list."""
    if as_json:
        sys.stdout.write(json.dumps(rows, indent=1) + "\n")
        return
    if not rows:
        sys.stdout.write("nothing\n")
        return
    table = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(cells).rstrip() + "\n")


def _cell(value: object) -> str:
    if value is None:
        return "?"
    return f"{value:.0f}" if isinstance(value, float) else str(value)


async def _in_hand(config: ServiceConfig) -> int | None:
    """Messages delivered to the running service and not settled; None when it does not run."""
    address = f"http://{config.http_host}:{config.http_port}"
    try:
        async with httpx.AsyncClient(base_url=address, timeout=METRICS_TIMEOUT_SECONDS) as client:
            lines = (await client.get("/metrics")).text.splitlines()
    except httpx.HTTPError:
        return None
    found = [line.removeprefix(_IN_HAND) for line in lines if line.startswith(_IN_HAND)]
    return int(float(found[0])) if found else None
