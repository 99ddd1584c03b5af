"""The card processor's side of a payment: its ids, its dashboard, its bank, its webhooks."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx
import stripe
from pymongo import MongoClient
from pymongo.database import Database

from deploy.demo.office import eventually
from deploy.product import OPERATOR
from tests.support.product import Booking, Company

RUNS_LATER = "4000 0000 0000 7726"
"""A card whose refunds are pending first."""


class Provider:
    """What a test does where the product cannot see it."""

    def __init__(self, company: Company) -> None:
        self._company = company
        self.control = company.sandbox
        self._api = httpx.Client(
            base_url=f"{company.stack.sandbox}/v1",
            auth=(company.stack.secrets.stripe_secret_key, ""),
            timeout=30,
        )

    def close(self) -> None:
        self._api.close()

    def attempts(self, booking: Booking) -> list[dict[str, Any]]:
        """Billing's own notes about paying this inspection, oldest first."""
        with self._billing() as database:
            found = database["attempts"].find({"inspection_id": booking.inspection_id})
            return list(found.sort("created_at", 1))

    def intent(self, booking: Booking) -> str:
        """The processor's id of the newest payment, as soon as billing knows it."""

        def known() -> str | None:
            attempts = self.attempts(booking)
            return attempts[-1].get("payment_intent_id") if attempts else None

        return eventually(known, "the payment's id at the processor")

    def intent_of(self, attempt_id: str) -> str:
        """The processor's id of one payment, by billing's own."""
        found = self.show("payment_intents", limit="100")["data"]
        [intent] = [one for one in found if one["metadata"].get("attempt_id") == attempt_id]
        return str(intent["id"])

    def session(self, booking: Booking) -> str:
        """The processor's id of the newest payment page."""
        return str(self.attempts(booking)[-1]["session_id"])

    def show(self, path: str, **params: str) -> Any:
        """An object as the processor's API shows it."""
        return self._api.get(f"/{path}", params=params).raise_for_status().json()

    def ask(self, path: str, **fields: str) -> Any:
        """Do something in the processor's dashboard."""
        return self._api.post(f"/{path}", data=fields).raise_for_status().json()

    def refunds(self, booking: Booking) -> list[dict[str, Any]]:
        """The refunds of the newest payment."""
        return self.show("refunds", payment_intent=self.intent(booking))["data"]

    def paid_intent(self, booking: Booking) -> str:
        """The id of the payment that was made, asked of the processor."""
        session = self.session(booking)
        return eventually(
            lambda: self.show(f"checkout/sessions/{session}")["payment_intent"], "a payment"
        )

    def about(self, booking: Booking, intent: str) -> list[dict[str, Any]]:
        """The events about one payment, newest first."""
        wanted = {intent, self.session(booking)}

        def fits(event: dict[str, Any]) -> bool:
            thing = event["data"]["object"]
            return not wanted.isdisjoint({thing["id"], thing.get("payment_intent")})

        return [e for e in self.show("events", limit="100")["data"] if fits(e)]

    def deliver(self, event: dict[str, Any]) -> None:
        """Send one event by hand, signed as the processor does."""
        body = json.dumps(event)
        secret = self._company.stack.secrets.stripe_webhook_secret
        httpx.post(
            f"{self._company.stack.gateway}/webhooks/stripe",
            content=body,
            headers={
                "stripe-signature": stripe.WebhookSignature.generate_signature_header(body, secret)
            },
            timeout=30,
        ).raise_for_status()

    # ------------------------------------------------------------------------------- trouble
    def lose_webhooks(self) -> None:
        """From now on no webhook arrives, until `calm`."""
        self.control.post("webhooks/mischief", drop_rate=1)

    def calm(self) -> None:
        """Everything works again; what was lost stays lost."""
        self.control.post("webhooks/mischief")
        self.control.post("webhooks/resume")

    # --------------------------------------------------------------------- time passes in billing
    def let_billing_look(self, booking: Booking) -> None:
        """The minute after which billing asks by itself is over."""
        with self._billing() as database:
            changed = database["attempts"].update_many(
                {"inspection_id": booking.inspection_id, "next_check_at": {"$ne": None}},
                {"$set": {"next_check_at": datetime.now(UTC)}},
            )
        assert changed.modified_count

    def outcomes(self, intent: str) -> list[str]:
        """What billing decided about each event of a payment."""
        with self._billing() as database:
            found = database["stripe_events"].find({"payment_intent_id": intent})
            return [row["state"] for row in found]

    def received(self, event_ids: set[str]) -> list[dict[str, Any]]:
        """What billing keeps of these events."""
        with self._billing() as database:
            return list(database["stripe_events"].find({"_id": {"$in": list(event_ids)}}))

    def hurry_unknown_events(self, intent: str) -> None:
        """Wait until the events are kept, then let the minutes of patience be over."""
        eventually(lambda: len(self.outcomes(intent)) > 1, "the events have arrived")
        with self._billing() as database:
            database["stripe_events"].update_many(
                {"payment_intent_id": intent, "state": "waiting"},
                {"$set": {"tries": 5, "next_at": datetime.now(UTC)}},
            )

    @contextmanager
    def _billing(self) -> Iterator[Database[dict[str, Any]]]:
        client: MongoClient[dict[str, Any]] = MongoClient(
            self._company.stack.mongo_url(OPERATOR), tz_aware=True
        )
        with client:
            yield client["billing"]
