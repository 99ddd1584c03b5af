"""Operator commands: `python -m services.portal.main rebuild-view`."""

import argparse
from collections.abc import Callable, Sequence


def operate(arguments: Sequence[str], *, rebuild: Callable[[], int]) -> None:
    """Run one command and say what it did."""
    parser = argparse.ArgumentParser(prog="python -m services.portal.main")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "rebuild-view",
        help="empty the read model and have its owners tell their present state again",
    )
    parser.parse_args(arguments)
    emptied = rebuild()
    print(f"{emptied} views emptied. They fill again as their owners' events arrive.")
