"""Which endpoint gets an event, and when: written in the transaction that made the event."""

import random
import time
from typing import Any

from deploy.sandbox.state.faults import take_fault
from deploy.sandbox.state.store import Json, Search
from deploy.sandbox.state.world import World

ENV_ENDPOINT = "we_sandbox_environment"
ENDPOINTS_MAX = 100
MISCHIEF = "webhook_mischief"
PAUSED = "webhooks_paused"

_REORDER_SECONDS_MAX = 2.0
_dice = random.SystemRandom()


def enqueue(world: World, account: str, event: Json) -> int:
    """Queue an event for every endpoint that wants it; gives how many deliveries are open."""
    open_deliveries = 0
    for endpoint in world.store.search("", Search("webhook_endpoint", limit=ENDPOINTS_MAX)):
        private = world.store.private("", endpoint["id"])
        if _wants(endpoint, private, account, event["type"]):
            open_deliveries += _queue_copies(world, account, event["id"], endpoint["id"])
    world.deliveries_changed.set()
    return open_deliveries


def _wants(endpoint: Json, private: Json, account: str, event_type: str) -> bool:
    sides = private.get("sides", "both")
    right_side = sides == "both" or (sides == "connected") == bool(account)
    listed = endpoint["enabled_events"]
    return (
        endpoint["status"] == "enabled" and right_side and ("*" in listed or event_type in listed)
    )


def _queue_copies(world: World, account: str, event_id: str, endpoint_id: str) -> int:
    mischief = _mischief_for(world)
    state = "dropped" if mischief.get("drop") else "pending"
    copies = 1 + int(mischief.get("duplicate", 0))
    for _ in range(copies):
        due = time.time() + mischief.get("delay", 0.0)
        if mischief.get("reorder"):
            due += _dice.uniform(0, _REORDER_SECONDS_MAX)
        world.store.db.execute(
            "INSERT INTO deliveries (account, event, endpoint, due, state) VALUES (?, ?, ?, ?, ?)",
            (account, event_id, endpoint_id, due, state),
        )
    return 1 if state == "pending" else 0


def _mischief_for(world: World) -> dict[str, Any]:
    """Decide what goes wrong with one delivery: standing rates first, then "the next N"."""
    rates: dict[str, Any] = world.store.setting(MISCHIEF, {})
    chosen: dict[str, Any] = {
        kind: rates.get(f"{kind}_extra", 1)
        for kind in ("drop", "duplicate", "reorder")
        if _dice.random() < rates.get(f"{kind}_rate", 0)
    }
    chosen["delay"] = float(rates.get("delay_seconds", 0))
    fault = take_fault(world.store, "webhooks", "")
    if fault is not None:
        chosen[fault.kind] = fault.details.get("seconds" if fault.kind == "delay" else "extra", 1)
    return chosen
