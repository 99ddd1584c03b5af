"""One account's books during one piece of work: read, write, announce, schedule."""

import json
from dataclasses import dataclass
from typing import Any

from stripe import Event, StripeObject, api_version

from deploy.sandbox.api.errors import no_such
from deploy.sandbox.sdk.templates import blank
from deploy.sandbox.state.idents import new_id
from deploy.sandbox.state.store import Json, Search
from deploy.sandbox.state.world import World
from deploy.sandbox.webhooks.queue import enqueue

EVERYTHING = 1_000_000


@dataclass(frozen=True)
class Cause:
    """The API request that made something happen; events name it."""

    request_id: str | None = None
    idempotency_key: str | None = None


BY_ITSELF = Cause()


@dataclass(frozen=True)
class Scope:
    """All objects of one account (`""` is the platform); others are out of reach."""

    world: World
    account: str
    cause: Cause = BY_ITSELF

    def now(self) -> int:
        """Give sandbox time in whole seconds since 1970."""
        return self.world.clock.now()

    def new(self, cls: type[StripeObject], prefix: str, **values: Any) -> Json:
        """Make an object with every property of its class; not saved yet."""
        template = blank(cls)
        stamps = {"id": new_id(prefix), "created": self.now(), "livemode": False}
        return {key: values.get(key, stamps.get(key, empty)) for key, empty in template.items()}

    def get(self, object_id: str | None) -> Json | None:
        """Give an object of this account, or None."""
        return self.world.store.read(self.account, object_id) if object_id else None

    def need(self, object_id: str, kind: str, param: str = "id") -> Json:
        """Give an object of this kind; raises Stripe's `resource_missing` otherwise."""
        found = self.get(object_id)
        if found is None or found["object"] != kind:
            raise no_such(kind, object_id, param)
        return found

    def private(self, object_id: str) -> Json:
        """Give the part of an object that no answer shows."""
        return self.world.store.private(self.account, object_id)

    def save(self, body: Json, private: Json | None = None) -> Json:
        """Keep an object as it now is; gives it back."""
        self.world.store.write(self.account, body, private)
        return body

    def find(self, kind: str, *, limit: int = EVERYTHING, **equal: Any) -> list[Json]:
        """Give the account's objects with these properties, newest first."""
        return self.world.store.search(self.account, Search(kind, equal=equal, limit=limit))

    def change(self, body: Json, event: str, **values: Any) -> Json:
        """Set properties, save, and announce with what they were before."""
        previous = {key: body.get(key) for key, new in values.items() if body.get(key) != new}
        body |= values
        self.save(body)
        self.emit(event, body, previous)
        return body

    def emit(self, event_type: str, subject: Json, previous: Json | None = None) -> Json:
        """Record an event with a copy of its object and queue it for every endpoint."""
        event = self.new(
            Event,
            "evt",
            type=event_type,
            api_version=api_version,
            data={"object": json.loads(json.dumps(subject))},
            request={"id": self.cause.request_id, "idempotency_key": self.cause.idempotency_key},
        )
        if previous:
            event["data"]["previous_attributes"] = previous
        if self.account:
            event["account"] = self.account
        kept = {key: value for key, value in event.items() if value is not None}
        kept["pending_webhooks"] = enqueue(self.world, self.account, kept)
        return self.save(kept)

    def later(self, seconds: float, job: str, subject: str) -> None:
        """Do a job of `engine.timers` on this object when sandbox time has come that far."""
        self.world.store.db.execute(
            "INSERT INTO timers (account, due, job, subject) VALUES (?, ?, ?, ?)",
            (self.account, self.world.clock.exactly() + seconds, job, subject),
        )
        self.world.timers_changed.set()

    def cancel_timers(self, subject: str) -> None:
        """Forget what was still planned for an object."""
        self.world.store.db.execute(
            "DELETE FROM timers WHERE account = ? AND subject = ?", (self.account, subject)
        )
