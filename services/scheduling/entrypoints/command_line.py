"""The operator's hands: `python -m services.scheduling.entrypoints.command_line COMMAND ...`.

A group of commands is a function that adds its parsers; each parser names the coroutine to run.
"""

import argparse
import runpy
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import TypeAlias

from services.scheduling.config import SchedulingConfig
from services.scheduling.domain.company import Company
from services.scheduling.domain.staff import account_email
from services.scheduling.entrypoints.parts import Parts
from services.scheduling.usecases.change_company import ChangeCompany, change_company
from services.scheduling.usecases.create_company import CreateCompany, create_company
from services.scheduling.usecases.schedule_due_visits import schedule_due_visits
from shared.operator_commands import operator_commands
from shared.problems import RefusalError

Run = Callable[[Parts, argparse.Namespace], Awaitable[int]]
Groups: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - its type
DONE, REFUSED = 0, 1


def company_commands(groups: Groups) -> None:
    """Add what is needed to go live."""
    create = groups.add_parser("create-company", help="create a company and its owner's account")
    create.add_argument("--name", required=True, help="as its clients know it")
    create.add_argument("--tagline", default="")
    create.add_argument("--time-zone", default="America/New_York", help="IANA name")
    create.add_argument("--currency", default="USD")
    create.add_argument("--email", default="", help="for clients; the owner's if not given")
    create.add_argument("--phone", default="")
    create.add_argument("--address", default="")
    create.add_argument("--hue", type=int, default=240, help="0 to 359")
    create.add_argument("--plan", choices=("basic", "pro", "pro_plus"), default="pro")
    create.add_argument("--trial", action="store_true", help="clients receive no mail")
    create.add_argument("--owner-name", default="")
    create.add_argument(
        "--owner-email",
        required=True,
        action="append",
        help="given several times, as many companies are created, one for each owner",
    )
    create.add_argument(
        "--password-stdin", action="store_true", help="read a password a line; else one is made"
    )
    create.set_defaults(run_here=run_create_company)


async def run_create_company(parts: Parts, given: argparse.Namespace) -> int:
    """Create a company for each owner, and print what is needed to sign in.

    A refusal ends it; what was created before has been printed and stays.
    """
    for email in given.owner_email:
        sys.stdout.write(await _create(parts, given, account_email(email)))
        sys.stdout.flush()
    return DONE


async def _create(parts: Parts, given: argparse.Namespace, owner_email: str) -> str:
    password = sys.stdin.readline().rstrip("\n") if given.password_stdin else ""
    made_up = "" if password else parts.secrets.new_secret()[:20]
    created = await create_company(
        CreateCompany(
            name=given.name,
            tagline=given.tagline,
            time_zone=given.time_zone,
            currency=given.currency,
            email=given.email or owner_email,
            phone=given.phone,
            address=given.address,
            hue=given.hue,
            plan=given.plan,
            trial=given.trial,
            owner_name=given.owner_name or owner_email.partition("@")[0],
            owner_email=owner_email,
            owner_password=password or made_up,
        ),
        office=parts.office,
        passwords=parts.passwords,
        secrets=parts.secrets,
    )
    return _said(created.company, owner_email, made_up)


def plan_commands(groups: Groups) -> None:
    """Add what is bought outside of Doorstep: a subscription (R60, R77, R31)."""
    change = groups.add_parser("change-plan", help="set a company's plan, or end its trial")
    change.add_argument("--company", required=True, help="its id, as create-company printed it")
    change.add_argument("--plan", choices=("basic", "pro", "pro_plus"))
    change.add_argument("--trial", action=argparse.BooleanOptionalAction, default=None)
    change.set_defaults(run_here=run_change_plan)


async def run_change_plan(parts: Parts, given: argparse.Namespace) -> int:
    """Change it, and say how it now is."""
    command = ChangeCompany(company_id=given.company, plan=given.plan, trial=given.trial)
    company = await change_company(command, office=parts.office)
    trial = "on trial" if company.trial else "not on trial"
    sys.stdout.write(f"company  {company.company_id}  plan {company.plan}, {trial}\n")
    return DONE


def visit_commands(groups: Groups) -> None:
    """Add what the loop of recurring services does, for a day of one's choice."""
    schedule = groups.add_parser(
        "schedule-visits", help="put the visits of recurring services on the schedule now"
    )
    schedule.add_argument("--until", type=date.fromisoformat, help="last day; else 14 days ahead")
    schedule.set_defaults(run_here=run_schedule_visits)


async def run_schedule_visits(parts: Parts, given: argparse.Namespace) -> int:
    """Schedule them, and say how many; what is scheduled already is not scheduled again."""
    done = await schedule_due_visits(
        office=parts.office, secrets=parts.secrets, now=parts.now(), until=given.until
    )
    sys.stdout.write(f"scheduled {done.booked}\n")
    for recurring_id, code in done.refused:
        sys.stdout.write(f"refused   {recurring_id}  {code}\n")
    return REFUSED if done.refused else DONE


def _said(company: Company, owner_email: str, made_up: str) -> str:
    lines = [f"company  {company.company_id}  {company.name}", f"owner    {owner_email}"]
    if made_up:
        lines.append(f"password {made_up}  (shown once; change it under Settings > Team)")
    return "\n".join(lines) + "\n"


def the_same_in_every_service(groups: Groups) -> None:
    """Add `queues`, `outbox`, `dead` and `replay`."""
    operator_commands(groups, "scheduling", SchedulingConfig.load)


GROUPS: tuple[Callable[[Groups], None], ...] = (
    company_commands,
    plan_commands,
    visit_commands,
    the_same_in_every_service,
)


def parser() -> argparse.ArgumentParser:
    """Return the command line with all groups of commands."""
    top = argparse.ArgumentParser(prog="scheduling", description="Scheduling, for its operator")
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    for add in GROUPS:
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
    except RefusalError as refusal:
        sys.stderr.write(f"{refusal.code}: {refusal.detail}\n")
        return REFUSED
    return DONE


if __name__ == "__main__":
    # main puts the service together, with or without a command; this is its other door.
    runpy.run_module("services.scheduling.main", run_name="__main__", alter_sys=True)
