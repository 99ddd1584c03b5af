"""What runs beside the routes for ever: events worked off, lost news healed, wishes fulfilled."""

import asyncio

import structlog

from services.billing.entrypoints.parts import Parts
from services.billing.usecases.detach_methods import detach_methods
from services.billing.usecases.ports import GatewayError
from services.billing.usecases.read_event_lists import read_event_lists
from services.billing.usecases.reconcile import reconcile
from services.billing.usecases.start_due_runs import start_due_runs
from services.billing.usecases.tell_again import tell_again
from services.billing.usecases.work_charge_runs import work_charge_runs
from services.billing.usecases.work_off_events import work_off_events

EVENTS_LOOK_SECONDS = 2.0
RECONCILE_SECONDS = 5.0
LISTS_SECONDS = 900.0
LISTS_RETRY_SECONDS = 30.0
REBUILDS_LOOK_SECONDS = 2.0
RUNS_LOOK_SECONDS = 10.0

log = structlog.get_logger()


async def work_off(parts: Parts) -> None:
    """Apply provider events as they arrive."""
    while True:
        seen = await work_off_events(
            books=parts.books,
            inbox=parts.inbox,
            gateway=parts.gateway,
            clock=parts.clock,
            own_accounts=parts.own_accounts,
        )
        if not seen:
            await parts.bell.wait(EVENTS_LOOK_SECONDS)


async def heal(parts: Parts) -> None:
    """Ask for what is due."""
    while True:
        await reconcile(books=parts.books, gateway=parts.gateway, clock=parts.clock)
        await detach_methods(books=parts.books, gateway=parts.gateway)
        await asyncio.sleep(RECONCILE_SECONDS)


async def read_lists(parts: Parts) -> None:
    """Find events that no webhook brought."""
    while True:
        try:
            await read_event_lists(
                books=parts.books, inbox=parts.inbox, gateway=parts.gateway, clock=parts.clock
            )
        except GatewayError as error:
            log.warning("event_lists_later", reason=type(error).__name__)
            await asyncio.sleep(LISTS_RETRY_SECONDS)
            continue
        parts.bell.ring()
        await asyncio.sleep(LISTS_SECONDS)


async def retell(parts: Parts) -> None:
    """Fulfil the wishes to be told everything again."""
    while True:
        wish = await parts.rebuilds.next_company()
        if wish is None:
            await asyncio.sleep(REBUILDS_LOOK_SECONDS)
            continue
        wish_id, company_id = wish
        await tell_again(company_id=company_id, books=parts.books, own_accounts=parts.own_accounts)
        await parts.rebuilds.fulfilled(wish_id)


async def charge(parts: Parts) -> None:
    """Charge what waits in charge runs; begin those that begin by themselves."""
    while True:
        await start_due_runs(books=parts.books, clock=parts.clock, own_accounts=parts.own_accounts)
        while await work_charge_runs(
            books=parts.books,
            gateway=parts.gateway,
            clock=parts.clock,
            own_accounts=parts.own_accounts,
        ):
            pass
        await parts.runs_bell.wait(RUNS_LOOK_SECONDS)
