"""The operator's hands: `python -m services.billing.main COMMAND ...`.

A group of commands is a function that adds its parsers; each parser names the coroutine to run.
"""

import argparse
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TypeAlias

from services.billing.config import BillingConfig
from services.billing.entrypoints.parts import Parts
from services.billing.usecases.check_books import check_books
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.read_event_lists import read_event_lists
from services.billing.usecases.reconcile import reconcile
from services.billing.usecases.start_due_runs import start_due_runs
from services.billing.usecases.work_off_events import work_off_events
from shared.operator_commands import operator_commands
from shared.problems import RefusalError

Run = Callable[[Parts, argparse.Namespace], Awaitable[int]]
Groups: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its type
DONE, REFUSED = 0, 1


def money_commands(groups: Groups) -> None:
    """Add what keeps the books true."""
    groups.add_parser(
        "check-books", help="recompute every invoice from the ledger and name differences"
    ).set_defaults(run_here=run_check_books)
    groups.add_parser(
        "reconcile", help="ask Stripe about everything unfinished, and read its list of events"
    ).set_defaults(run_here=run_reconcile)
    due = groups.add_parser(
        "charge-due", help="begin a company's automatic run as if it were that day"
    )
    due.add_argument("--company", required=True, help="its id; it must have switched the run on")
    due.add_argument("--on", type=date.fromisoformat, required=True, help="like 2026-12-01")
    due.set_defaults(run_here=run_charge_due)


async def run_check_books(parts: Parts, _given: argparse.Namespace) -> int:
    """Print the differences; there should be none."""
    found = await check_books(books=parts.books)
    for difference in found:
        sys.stdout.write(
            f"{difference.where}  {difference.what}: "
            f"expected {difference.expected_cents}, found {difference.found_cents}\n"
        )
    sys.stdout.write(f"{len(found)} differences\n")
    return REFUSED if found else DONE


async def run_reconcile(parts: Parts, _given: argparse.Namespace) -> int:
    """One round of healing, now."""
    healed = await read_event_lists(
        books=parts.books, inbox=parts.inbox, gateway=parts.gateway, clock=parts.clock
    )
    while await work_off_events(
        books=parts.books,
        inbox=parts.inbox,
        gateway=parts.gateway,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
    ):
        pass
    looked_at = await reconcile(books=parts.books, gateway=parts.gateway, clock=parts.clock)
    sys.stdout.write(f"{healed} lost events found, {looked_at} unfinished looked at\n")
    return DONE


async def run_charge_due(parts: Parts, given: argparse.Namespace) -> int:
    """Write the run down; the running service charges it. A day's second run is the first."""
    begun = await start_due_runs(
        books=parts.books,
        clock=parts.clock,
        own_accounts=parts.own_accounts,
        on=given.on,
        company_id=given.company,
    )
    sys.stdout.write(f"{begun} runs begun\n")
    return DONE


def the_same_in_every_service(groups: Groups) -> None:
    """Add `queues`, `outbox`, `dead` and `replay`."""
    operator_commands(groups, "billing", BillingConfig.load)


GROUPS: tuple[Callable[[Groups], None], ...] = (money_commands, the_same_in_every_service)


def parser(groups: Sequence[Callable[[Groups], None]] = GROUPS) -> argparse.ArgumentParser:
    """The command line with these groups of commands."""
    top = argparse.ArgumentParser(prog="billing", description="Billing, for its operator")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for add in groups:
        add(commands)
    return top


async def run(parts: Parts, arguments: Sequence[str]) -> int:
    """Run one command; a refusal is one sentence on stderr."""
    given = parser().parse_args(arguments)
    try:
        if "run_here" in given:
            here: Run = given.run_here
            return await here(parts, given)
        await given.run(given)
    except (RefusalError, GatewayError) as error:
        sys.stderr.write(f"{error}\n")
        return REFUSED
    return DONE
