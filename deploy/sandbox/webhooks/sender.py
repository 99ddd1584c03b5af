"""Deliver queued events: signed, at least once, again after a while until somebody says 2xx."""

import asyncio
import json
import sqlite3
import time
from typing import Any

import httpx
import stripe

from deploy.sandbox.state.world import World
from deploy.sandbox.webhooks.queue import PAUSED

AT_ONCE_MAX = 8
PATIENCE_SECONDS = 10.0
SLEEP_SECONDS_MAX = 60.0
_ANSWER_KEPT_CHARACTERS = 200


class Sender:
    """The background loop that empties the queue; what is queued survives a restart."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._in_hand: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def keep_sending(self) -> None:
        """Send what is due, asleep in between, until cancelled."""
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            while True:
                self._world.deliveries_changed.clear()
                now = time.time()  # one moment for both questions, or a row falls in between
                for row in self._due(now):
                    self._in_hand.add(row["id"])
                    task = asyncio.create_task(self._deliver(client, row))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                await self._sleep(now)

    def _due(self, now: float) -> list[sqlite3.Row]:
        free = AT_ONCE_MAX - len(self._in_hand)
        if free <= 0 or self._world.store.setting(PAUSED, default=False):
            return []
        rows = self._world.store.db.execute(
            "SELECT * FROM deliveries WHERE state = 'pending' AND due <= ?"
            " ORDER BY due, id LIMIT ?",
            (now, AT_ONCE_MAX + len(self._in_hand)),
        ).fetchall()
        return [row for row in rows if row["id"] not in self._in_hand][:free]

    async def _sleep(self, now: float) -> None:
        row = self._world.store.db.execute(
            "SELECT min(due) AS due FROM deliveries WHERE state = 'pending' AND due > ?",
            (now,),
        ).fetchone()
        wait = SLEEP_SECONDS_MAX if row["due"] is None else row["due"] - time.time()
        try:
            async with asyncio.timeout(max(0.0, min(wait, SLEEP_SECONDS_MAX))):
                await self._world.deliveries_changed.wait()
        except TimeoutError:
            return

    async def _deliver(self, client: httpx.AsyncClient, row: sqlite3.Row) -> None:
        endpoint = self._world.store.read("", row["endpoint"])
        event = self._world.store.read(row["account"], row["event"])
        try:
            if endpoint is None or event is None:  # deleted or reset meanwhile
                self._conclude(row, "dropped", "endpoint or event is gone")
                return
            answer = await self._post(client, endpoint["url"], event, row["endpoint"])
            if answer is not None and httpx.codes.is_success(answer):
                self._conclude(row, "delivered", str(answer))
            else:
                self._try_again(row, f"answered {answer}" if answer else "no answer")
        finally:
            self._in_hand.discard(row["id"])
            self._world.deliveries_changed.set()

    async def _post(
        self, client: httpx.AsyncClient, url: str, event: dict[str, Any], endpoint_id: str
    ) -> int | None:
        body = json.dumps(event, indent=2)
        secret = self._world.store.private("", endpoint_id)["secret"]
        signed = stripe.WebhookSignature.generate_signature_header(body, secret)
        headers = {
            "content-type": "application/json; charset=utf-8",
            "stripe-signature": signed,
            "user-agent": "Stripe/1.0 (Doorstep sandbox)",
        }
        try:
            return (await client.post(url, content=body, headers=headers)).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    def _conclude(self, row: sqlite3.Row, state: str, answer: str) -> None:
        self._world.store.db.execute(
            "UPDATE deliveries SET state = ?, answer = ?, attempts = attempts + 1 WHERE id = ?",
            (state, answer[:_ANSWER_KEPT_CHARACTERS], row["id"]),
        )

    def _try_again(self, row: sqlite3.Row, answer: str) -> None:
        settings = self._world.settings
        attempts = row["attempts"] + 1
        if attempts >= settings.webhook_attempts_max:
            self._conclude(row, "failed", answer)
            return
        waits = settings.webhook_backoff_seconds
        wait = waits[min(attempts, len(waits)) - 1]
        self._world.store.db.execute(
            "UPDATE deliveries SET due = ?, attempts = ?, answer = ? WHERE id = ?",
            (time.time() + wait, attempts, answer[:_ANSWER_KEPT_CHARACTERS], row["id"]),
        )
