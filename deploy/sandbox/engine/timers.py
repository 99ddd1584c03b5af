"""What happens by itself when sandbox time has come far enough."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from deploy.sandbox.api.errors import ApiError
from deploy.sandbox.engine import checkout, debits, payouts, refunding
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.world import World

log = logging.getLogger(__name__)

SLEEP_SECONDS_MAX = 60.0

JOBS: dict[str, Callable[[Scope, str], Any]] = {
    "settle_debit": debits.settle,
    "return_debit": debits.give_back,
    "expire_session": checkout.expire_when_due,
    "settle_refund": refunding.settle,
    "settle_payout": payouts.settle,
}


def run_due(world: World) -> int:
    """Do every job that is due, oldest first; gives how many there were."""
    done = 0
    while (row := _next_due(world)) is not None:
        with world.store.transaction():
            world.store.db.execute("DELETE FROM timers WHERE id = ?", (row["id"],))
            _do(world, row["account"], row["job"], row["subject"])
        done += 1
    return done


def advance(world: World, seconds: float) -> int:
    """Move the clock forward, stopping at every timer on the way; gives how many ran."""
    target = world.clock.exactly() + seconds
    done = 0
    while (due := _earliest(world)) is not None and due <= target:
        world.clock.advance(max(0.0, due - world.clock.exactly()))
        done += run_due(world)
    world.clock.advance(max(0.0, target - world.clock.exactly()))
    return done


def _earliest(world: World) -> float | None:
    due: float | None = world.store.db.execute("SELECT min(due) AS d FROM timers").fetchone()["d"]
    return due


def _next_due(world: World) -> Any:
    return world.store.db.execute(
        "SELECT id, account, job, subject FROM timers WHERE due <= ? ORDER BY due, id LIMIT 1",
        (world.clock.exactly(),),
    ).fetchone()


def _do(world: World, account: str, job: str, subject: str) -> None:
    """Do one job or nothing of it; the timer is used up either way."""
    world.store.db.execute("SAVEPOINT job")
    try:
        JOBS[job](Scope(world, account), subject)
    except ApiError as refusal:  # the object went another way meanwhile, e.g. by the control API
        world.store.db.execute("ROLLBACK TO job")
        log.info("%s of %s left out: %s", job, subject, refusal)
    except Exception:  # one broken job must not stop all timers that come after it
        world.store.db.execute("ROLLBACK TO job")
        log.exception("%s of %s failed", job, subject)


async def keep_running(world: World) -> None:
    """Run jobs as they become due, asleep in between, until cancelled."""
    while True:
        world.timers_changed.clear()
        run_due(world)
        due = _earliest(world)
        wait = SLEEP_SECONDS_MAX if due is None else due - world.clock.exactly()
        try:
            async with asyncio.timeout(max(0.0, min(wait, SLEEP_SECONDS_MAX))):
                await world.timers_changed.wait()
        except TimeoutError:
            continue
