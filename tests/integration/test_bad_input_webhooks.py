"""Only the card processor may say that money moved, and even then it is asked again."""

import json
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest
import stripe
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR
from tests.support.product import Booking, Client, Company
from tests.support.refusals import problem
from tests.support.stack import Stack

SIZE_MAX = 262_144


class Processor:
    """Somebody who posts events to the product's public address, with or without the secret."""

    def __init__(self, stack: Stack, booking: Booking) -> None:
        self.stack = stack
        self.attempt = self._attempt(booking)

    def _attempt(self, booking: Booking) -> dict[str, Any]:
        with MongoClient(self.stack.mongo_url(OPERATOR)) as database:
            found = database["billing"]["attempts"].find_one(
                {"inspection_id": booking.inspection_id}
            )
        assert found, "an open page"
        return found

    def event(self, kind: str = "checkout.session.completed", **changes: Any) -> dict[str, Any]:
        """An event that claims this attempt has been paid."""
        return {
            "id": f"evt_{uuid4().hex}",
            "object": "event",
            "api_version": stripe.api_version,
            "type": kind,
            "livemode": False,
            "created": int(time.time()),
            "data": {
                "object": {
                    "id": self.attempt["session_id"],
                    "object": "checkout.session",
                    "client_reference_id": self.attempt["_id"],
                    "payment_status": "paid",
                    "amount_total": self.attempt["amount_cents"],
                    "status": "complete",
                    "metadata": {},
                }
            },
            **changes,
        }

    def signature(self, body: str, *, secret: str = "", ahead: float = 0) -> str:
        stamp = int(time.time() + ahead)
        signed = stripe.WebhookSignature._compute_signature(
            f"{stamp}.{body}", secret or self.stack.secrets.stripe_webhook_secret
        )
        return f"t={stamp},v1={signed}"

    def post(self, body: str, *signatures: str) -> httpx.Response:
        headers = [("stripe-signature", signature) for signature in signatures]
        return httpx.post(
            f"{self.stack.gateway}/webhooks/stripe", content=body, headers=headers, timeout=30
        )

    def kept(self, event_id: str) -> dict[str, Any] | None:
        """What billing has written down about an event."""
        with MongoClient(self.stack.mongo_url(OPERATOR)) as database:
            return database["billing"]["stripe_events"].find_one({"_id": event_id})


@pytest.fixture
def paying(company: Company) -> Client:
    """A client who has opened the payment page and not paid."""
    client = company.book().client()
    client.checkout()
    return client


@pytest.fixture
def processor(stack: Stack, paying: Client) -> Processor:
    return Processor(stack, paying.booking)


@pytest.mark.scenario(61)
def test_what_the_processor_did_not_sign_lately_is_refused_and_not_kept(
    processor: Processor, paying: Client
) -> None:
    event = processor.event()
    body = json.dumps(event)
    good = processor.signature(body)
    forged = {
        "unsigned": (body, []),
        "another secret": (body, [processor.signature(body, secret="whsec_guess")]),
        "changed after signing": (body.replace("paid", "Paid"), [good]),
        "no signature scheme": (body, ["v1=abc"]),
        "nonsense": (body, ["hello"]),
        "two signatures": (body, [good, good]),
        "dated in the future": (body, [processor.signature(body, ahead=3_600)]),
        "old, recorded and replayed": (body, [processor.signature(body, ahead=-3_600)]),
    }
    for what, (sent, signatures) in forged.items():
        refused = problem(processor.post(sent, *signatures))
        assert (refused["status"], refused["code"]) == (400, "webhook_refused"), what
    assert processor.kept(event["id"]) is None
    assert paying.booking.invoice()["paid_cents"] == 0


def test_signed_nonsense_is_refused_too(processor: Processor) -> None:
    for body in (
        "",
        "[]",
        "null",
        "{",
        '{"id": 5}',
        json.dumps(processor.event(livemode=True)),
        json.dumps(processor.event(account="acct_of_somebody_else")),
        json.dumps({**processor.event(), "data": {}}),
        json.dumps({**processor.event(), "created": "yesterday"}),
    ):
        refused = problem(processor.post(body, processor.signature(body)))
        assert (refused["status"], refused["code"]) == (400, "webhook_refused"), body[:80]


@pytest.mark.scenario(61)
def test_an_oversized_webhook_is_not_read(processor: Processor) -> None:
    body = json.dumps(processor.event(padding="x" * SIZE_MAX))
    for address in (processor.stack.gateway, processor.stack.services["billing"]):
        answer = httpx.post(
            f"{address}/webhooks/stripe",
            content=body,
            headers={"stripe-signature": processor.signature(body)},
            timeout=30,
        )
        refused = problem(answer)
        assert (refused["status"], refused["code"]) == (413, "too_large")


def test_an_event_is_only_a_reason_to_ask_and_a_repeat_changes_nothing(
    processor: Processor, paying: Client
) -> None:
    """Even with the right secret nobody can declare a payment that the processor denies."""
    event = processor.event()
    body = json.dumps(event)
    signature = processor.signature(body)
    assert [processor.post(body, signature).status_code for _ in range(3)] == [200, 200, 200]
    kept = eventually(
        lambda: (
            (processor.kept(event["id"]) or {}).get("state") == "applied"
            and processor.kept(event["id"])
        ),
        "the event has been looked at",
    )
    assert kept["body"] == body
    invoice = paying.booking.invoice()
    assert (invoice["status"], invoice["paid_cents"]) == ("open", 0)
    assert paying.booking.show()["report_released"] is False
    paying.pay_by_card()
    assert paying.booking.wait_invoice(status="paid")["paid_cents"] == 47_500
