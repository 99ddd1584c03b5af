"""Control: what goes wrong, with calls, webhooks and mail."""

import time
from enum import StrEnum
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.state.faults import add_fault, clear_faults, planned_faults
from deploy.sandbox.webhooks.queue import MISCHIEF, PAUSED

router = APIRouter(prefix="/_sandbox", tags=["trouble"])

DELIVERIES_LISTED_MAX = 200


class ApiFault(StrEnum):
    """What can happen to a call."""

    ERROR = "500"
    ERROR_AFTER_COMMIT = "500_after_commit"
    TOO_MANY = "429"
    CONFLICT = "409"
    TIMEOUT_AFTER_COMMIT = "timeout_after_commit"
    DROP_CONNECTION = "drop_connection"
    DROP_AFTER_COMMIT = "drop_after_commit"
    SLOW = "slow"


class NextCalls(BaseModel):
    """Which calls fail, and how."""

    kind: ApiFault
    count: int = Field(default=1, ge=1)
    match: str = ""
    """A regular expression on `POST /v1/refunds` and its like; empty is every call."""
    seconds: float = Field(default=30, ge=0)


class WebhookFault(StrEnum):
    """What can happen to a delivery."""

    DROP = "drop"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    DELAY = "delay"


class NextDeliveries(BaseModel):
    """Which of the coming deliveries go wrong."""

    kind: WebhookFault
    count: int = Field(default=1, ge=1)
    seconds: float = Field(default=5, ge=0)
    extra: int = Field(default=1, ge=1)
    """How many additional copies a duplicated delivery gets."""


class Mischief(BaseModel):
    """What goes wrong with any delivery, as chances from 0 to 1, until set otherwise."""

    drop_rate: float = Field(default=0, ge=0, le=1)
    duplicate_rate: float = Field(default=0, ge=0, le=1)
    duplicate_extra: int = Field(default=1, ge=1)
    reorder_rate: float = Field(default=0, ge=0, le=1)
    delay_seconds: float = Field(default=0, ge=0)


class SmtpFault(StrEnum):
    """What can happen to a mail."""

    BUSY = "421"
    LATER = "451"
    NEVER = "550"
    STALL = "stall"
    DROP_AFTER_DATA = "drop_after_data"


class NextMails(BaseModel):
    """Which mails go wrong."""

    kind: SmtpFault
    count: int = Field(default=1, ge=1)
    match: str = ""
    """A regular expression on the recipients, joined by commas; empty is every mail."""
    seconds: float = Field(default=30, ge=0)


class Redelivery(BaseModel):
    """One event, or all that were dropped or given up."""

    event: str | None = None


@router.get("/faults")
async def list_faults(world: TheWorld) -> list[dict[str, Any]]:
    """List what is still going to fail."""
    return planned_faults(world.store)


@router.delete("/faults")
async def delete_faults(world: TheWorld) -> None:
    """Let everything work again, rates included."""
    with world.store.transaction():
        clear_faults(world.store)
        world.store.remember(MISCHIEF, {})


@router.post("/faults/api")
async def fail_calls(world: TheWorld, body: NextCalls) -> None:
    """Let the next calls to the API fail."""
    _plan(world, "api", body)


@router.post("/faults/webhooks")
async def fail_deliveries(world: TheWorld, body: NextDeliveries) -> None:
    """Let the next webhook deliveries go wrong."""
    _plan(world, "webhooks", body)


@router.post("/faults/smtp")
async def fail_mails(world: TheWorld, body: NextMails) -> None:
    """Let the next mails go wrong."""
    _plan(world, "smtp", body)


def _plan(world: TheWorld, target: str, body: NextCalls | NextDeliveries | NextMails) -> None:
    details = body.model_dump(mode="json", exclude={"kind", "count"})
    add_fault(world.store, target, body.kind.value, body.count, details)


@router.post("/webhooks/mischief")
async def set_mischief(world: TheWorld, body: Mischief) -> Mischief:
    """Set the standing chances for webhook trouble."""
    world.store.remember(MISCHIEF, body.model_dump())
    return body


@router.post("/webhooks/pause")
async def pause(world: TheWorld) -> None:
    """Send nothing; what happens meanwhile is queued."""
    world.store.remember(PAUSED, value=True)


@router.post("/webhooks/resume")
async def resume(world: TheWorld) -> None:
    """Send again, starting with what is queued."""
    world.store.remember(PAUSED, value=False)
    world.store.db.execute(
        "UPDATE deliveries SET due = ? WHERE state = 'pending' AND attempts > 0", (time.time(),)
    )
    world.deliveries_changed.set()


@router.post("/webhooks/redeliver")
async def redeliver(world: TheWorld, body: Redelivery) -> dict[str, int]:
    """Send one event once more, or everything that was dropped or given up."""
    chosen = "event = :event" if body.event else "state IN ('dropped', 'failed')"
    done = world.store.db.execute(
        f"UPDATE deliveries SET state = 'pending', attempts = 0, due = :now WHERE {chosen}",  # noqa: S608 - one of the two conditions above
        {"event": body.event, "now": time.time()},
    )
    world.deliveries_changed.set()
    return {"queued": done.rowcount}


@router.get("/webhooks")
async def deliveries(world: TheWorld) -> dict[str, Any]:
    """Count deliveries by state and show the newest."""
    counts = world.store.db.execute("SELECT state, count(*) AS n FROM deliveries GROUP BY state")
    newest = world.store.db.execute(
        "SELECT account, event, endpoint, due, attempts, state, answer FROM deliveries"
        " ORDER BY id DESC LIMIT ?",
        (DELIVERIES_LISTED_MAX,),
    )
    return {
        "paused": world.store.setting(PAUSED, default=False),
        "counts": {row["state"]: row["n"] for row in counts},
        "newest": [dict(row) for row in newest],
    }
