"""Control: the clock, accounts, sums to compare a ledger with, violations, reset."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deploy.sandbox.api import violations
from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.engine import accounts, timers
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.world import World
from deploy.sandbox.webhooks.endpoints import register_environment_endpoint

router = APIRouter(prefix="/_sandbox", tags=["overview"])


class Advance(BaseModel):
    """How far the clock jumps."""

    seconds: float = Field(gt=0)


class Charges(BaseModel):
    """Whether an account may take money."""

    enabled: bool


@router.get("/clock")
async def clock(world: TheWorld) -> dict[str, float]:
    """Tell sandbox time and by how much it is ahead."""
    return _time(world)


def _time(world: World) -> dict[str, float]:
    return {"now": world.clock.exactly(), "ahead_seconds": world.clock.ahead()}


@router.post("/clock/advance")
async def advance(world: TheWorld, body: Advance) -> dict[str, float]:
    """Jump forward; everything due in between has happened when this answers."""
    done = timers.advance(world, body.seconds)
    return {**_time(world), "timers_run": done}


@router.post("/accounts/{account_id}/charges")
async def switch_charges(world: TheWorld, account_id: str, body: Charges) -> dict[str, Any]:
    """Switch an account's charges on or off (`acct_platform` is the key's own)."""
    with world.store.transaction():
        return accounts.switch_charges(Scope(world, ""), account_id, enabled=body.enabled)


@router.get("/violations")
async def list_violations(world: TheWorld) -> dict[str, Any]:
    """Count requests that Stripe's own types forbid; the product must have none."""
    return violations.noted(world.store)


@router.delete("/violations")
async def forget_violations(world: TheWorld) -> None:
    """Start counting anew."""
    world.store.db.execute("DELETE FROM violations")


_SUMS = {
    "charges": (
        "SELECT account, json_extract(body, '$.status') AS state, count(*) AS n,"
        " sum(json_extract(body, '$.amount')) AS cents FROM objects"
        " WHERE kind = 'charge' GROUP BY account, state"
    ),
    "captured": (
        "SELECT account, 'all' AS state, count(*) AS n,"
        " sum(json_extract(body, '$.amount_captured')) AS cents FROM objects"
        " WHERE kind = 'charge' AND json_extract(body, '$.captured') GROUP BY account"
    ),
    "refunds": (
        "SELECT account, json_extract(body, '$.status') AS state, count(*) AS n,"
        " sum(json_extract(body, '$.amount')) AS cents FROM objects"
        " WHERE kind = 'refund' GROUP BY account, state"
    ),
    "disputes": (
        "SELECT account, json_extract(body, '$.status') AS state, count(*) AS n,"
        " sum(json_extract(body, '$.amount')) AS cents FROM objects"
        " WHERE kind = 'dispute' GROUP BY account, state"
    ),
    "payment_intents": (
        "SELECT account, json_extract(body, '$.status') AS state, count(*) AS n,"
        " sum(json_extract(body, '$.amount')) AS cents FROM objects"
        " WHERE kind = 'payment_intent' GROUP BY account, state"
    ),
    "balance": (
        "SELECT account, currency AS state, count(*) AS n, sum(net) AS cents FROM money"
        " GROUP BY account, currency"
    ),
}


@router.get("/totals")
async def totals(world: TheWorld) -> dict[str, Any]:
    """Sum, per account and state, counts and cents of everything that moved money.

    `{"acct_1": {"charges": {"succeeded": {"count": 3, "cents": 90000}}, ...}}`; the platform's own
    account has the key `acct_platform`.
    """
    found: dict[str, Any] = {}
    for name, query in _SUMS.items():
        for row in world.store.db.execute(query):
            account = found.setdefault(row["account"] or accounts.PLATFORM_ID, {})
            sums = account.setdefault(name, {})
            sums[row["state"]] = {"count": row["n"], "cents": row["cents"] or 0}
    return found


@router.post("/reset")
async def reset(world: TheWorld) -> None:
    """Forget everything but the settings of the process."""
    clean(world)


def clean(world: World) -> None:
    """Empty the state file and go back to real time."""
    world.store.forget_everything()
    world.clock.reset()
    register_environment_endpoint(world)
    world.timers_changed.set()
    world.deliveries_changed.set()
