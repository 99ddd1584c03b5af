"""Forged, replayed, late, early and oversized webhooks; stored first, then worked off."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import httpx
import pytest
import stripe
from fastapi import FastAPI
from pymongo.errors import AutoReconnect

from services.billing.adapters.stripe_calls import (
    MixedStripeSettingsError,
    refuse_mixed_settings,
    stripe_client,
)
from services.billing.adapters.stripe_gateway import StripeGateway
from services.billing.domain.attempt import RANK, AttemptState
from services.billing.domain.invoice import InvoiceStatus
from services.billing.domain.provider import Hint
from services.billing.entrypoints import webhooks
from services.billing.entrypoints.parts import Bell
from services.billing.usecases.ports import StoredEvent
from services.billing.usecases.read_event_lists import read_event_lists
from services.billing.usecases.work_off_events import work_off_events
from shared import problem_answers
from shared.contracts.billing import PaymentRecordedV1
from shared.http_guards import Guards
from tests.support.billing_examples import NOON
from tests.support.billing_fakes import MemoryInbox

SECRET = "whsec_present"
OLD_SECRET = "whsec_being_replaced"
EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "created": 1_795_000_000,
    "livemode": False,
    "data": {
        "object": {
            "object": "checkout.session",
            "id": "cs_1",
            "client_reference_id": "attempt-1",
            "payment_intent": "pi_1",
            "metadata": {},
        }
    },
}


def body_of(**changes) -> bytes:
    return json.dumps({**EVENT, **changes}).encode()


def signed(body: bytes, secret=SECRET, at: float = 0.0) -> str:
    stamp = int(time.time() + at)
    text = body.decode("utf-8", "replace")
    return stripe.WebhookSignature.generate_signature_header(text, secret, stamp)


class Parts:
    """As much of billing as the webhook route needs."""

    def __init__(self) -> None:
        self.inbox = MemoryInbox()
        self.bell = Bell()
        self.gateway = StripeGateway(
            stripe_client("sk_test_1", "http://localhost:9"),
            secret_key="sk_test_1",
            secrets=(SECRET, OLD_SECRET),
            own_accounts=False,
        )

    def clock(self) -> datetime:
        return datetime.now(UTC)


@pytest.fixture
def parts() -> Parts:
    return Parts()


@pytest.fixture
async def client(parts) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.parts = parts
    app.state.pages = None
    app.include_router(webhooks.router)
    app.add_middleware(Guards, headers={}, body_limits=webhooks.BODY_LIMITS)
    problem_answers.install(app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://billing") as it:
        yield it


async def post(client, body, *signatures):
    headers = [("stripe-signature", signature) for signature in signatures]
    return await client.post("/webhooks/stripe", content=body, headers=headers)


GOOD = body_of()
REFUSED = {
    "no signature": lambda: (GOOD,),
    "garbage for a signature": lambda: (GOOD, "garbage"),
    "another secret": lambda: (GOOD, signed(GOOD, "whsec_other")),
    "one byte changed": lambda: (GOOD.replace(b"cs_1", b"cs_2"), signed(GOOD)),
    "five minutes old": lambda: (GOOD, signed(GOOD, at=-301)),
    "dated a day ahead": lambda: (GOOD, signed(GOOD, at=86_400)),
    "dated two minutes ahead": lambda: (GOOD, signed(GOOD, at=120)),
    "not UTF-8": lambda: (b"\xff\xfe", signed(b"\xff\xfe")),
    "not JSON": lambda: (b"hello", signed(b"hello")),
    "empty": lambda: (b"", signed(b"")),
    "JSON of another kind": lambda: (b"[1]", signed(b"[1]")),
    "two signatures": lambda: (GOOD, signed(GOOD), signed(GOOD)),
    "another company's account": lambda: _event(account="acct_other"),
    "a live event for a test key": lambda: _event(livemode=True),
    "no object inside": lambda: _event(data={}),
}


def _event(**changes):
    body = body_of(**changes)
    return body, signed(body)


@pytest.mark.parametrize("case", REFUSED)
async def test_what_stripe_did_not_send_is_refused_and_not_stored(client, parts, case):
    answer = await post(client, *REFUSED[case]())
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "webhook_refused"
    assert not parts.inbox.events


async def test_more_than_we_take_is_refused_before_it_is_read(client, parts):
    body = body_of(padding="x" * 300_000)
    answer = await post(client, body, signed(body))
    assert answer.status_code == 413
    assert not parts.inbox.events


async def test_a_genuine_event_is_stored_and_then_answered(client, parts):
    answer = await post(client, GOOD, signed(GOOD))
    assert answer.status_code == 200
    [event] = parts.inbox.events.values()
    assert event.hint.attempt_id == "attempt-1"
    assert event.hint.payment_intent_id == "pi_1"
    assert event.body == GOOD.decode()


async def test_a_repeat_byte_for_byte_is_accepted_and_changes_nothing(client, parts):
    signature = signed(GOOD)
    for _ in range(3):
        assert (await post(client, GOOD, signature)).status_code == 200
    assert len(parts.inbox.events) == 1


async def test_both_secrets_count_while_one_is_being_replaced(client, parts):
    old, new = signed(GOOD, OLD_SECRET), signed(GOOD)
    assert (await post(client, GOOD, old)).status_code == 200
    both = f"{new},v1={old.partition('v1=')[2]}"
    assert (await post(client, GOOD, both)).status_code == 200
    assert len(parts.inbox.events) == 1


@pytest.mark.scenario(50)
async def test_without_the_database_stripe_is_asked_to_send_again(client, parts, monkeypatch):
    async def away(event):
        raise AutoReconnect

    monkeypatch.setattr(parts.inbox, "keep", away)
    assert (await post(client, GOOD, signed(GOOD))).status_code == 503


# -------------------------------------------------------------------------- working off
def an_event(attempt, kind, number=1, account=None):
    hint = Hint(
        event_id=f"evt_{number}",
        kind=kind,
        account=account,
        live=False,
        created_at=NOON - timedelta(hours=1),
        attempt_id=attempt.attempt_id,
        session_id=None,
        payment_intent_id=None,
    )
    return StoredEvent(event_id=hint.event_id, hint=hint, body="{}")


async def work_off(office):
    return await work_off_events(
        books=office.books,
        inbox=office.inbox,
        gateway=office.gateway,
        clock=office.clock,
        own_accounts=False,
    )


KINDS = ["payment_intent.succeeded", "payment_intent.processing", "payment_intent.payment_failed"]


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.scenario(44)
async def test_events_in_any_order_end_where_the_processor_is(office, order):
    attempt = await office.checkout()
    office.gateway.decline(attempt)
    office.gateway.pay_by_card(attempt)
    for number in order:
        await office.inbox.keep(an_event(attempt, KINDS[number], number))
    await work_off(office)
    assert office.books.state.attempts[attempt.attempt_id].state is AttemptState.SUCCEEDED
    assert len(office.books.told(PaymentRecordedV1)) == 1
    assert set(office.inbox.outcomes.values()) == {"applied"}


@pytest.mark.scenario(45)
async def test_an_event_faster_than_our_own_write_waits_for_it(office):
    attempt = await office.checkout()
    stranger = an_event(attempt, "payment_intent.succeeded")
    kept = office.books.state.attempts.pop(attempt.attempt_id)
    await office.inbox.keep(stranger)
    await work_off(office)
    assert not office.inbox.outcomes
    office.books.state.attempts[attempt.attempt_id] = kept
    office.gateway.pay_by_card(attempt)
    office.clock.forward(minutes=1)
    await work_off(office)
    assert office.bill.client_invoice.status is InvoiceStatus.PAID


async def test_an_event_nobody_here_knows_is_ignored_in_the_end(office):
    attempt = await office.checkout()
    office.books.state.attempts.clear()
    await office.inbox.keep(an_event(attempt, "payment_intent.succeeded"))
    for _ in range(7):
        await work_off(office)
        office.clock.forward(minutes=11)
    assert office.inbox.outcomes == {"evt_1": "ignored"}


@pytest.mark.scenario(62)
async def test_an_event_of_one_account_that_names_anothers_attempt_is_quarantined(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    await office.inbox.keep(an_event(attempt, "payment_intent.succeeded", account="acct_b"))
    await work_off(office)
    assert office.inbox.outcomes == {"evt_1": "quarantined"}
    assert office.bill.client_invoice.status is InvoiceStatus.OPEN


async def test_an_event_is_kept_while_the_processor_is_away(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    office.gateway.trouble = ["before"]
    await office.inbox.keep(an_event(attempt, "payment_intent.succeeded"))
    await work_off(office)
    assert not office.inbox.outcomes
    office.clock.forward(minutes=1)
    await work_off(office)
    assert office.inbox.outcomes == {"evt_1": "applied"}


async def test_kinds_we_do_not_use_are_ignored(office):
    attempt = await office.checkout()
    await office.inbox.keep(an_event(attempt, "payment_intent.created"))
    await work_off(office)
    assert office.inbox.outcomes == {"evt_1": "ignored"}


async def test_lost_webhooks_are_found_in_the_list_of_events(office):
    attempt = await office.checkout()
    office.gateway.pay_by_card(attempt)
    office.gateway.listed = [an_event(attempt, "payment_intent.succeeded")]
    given = {
        "books": office.books,
        "inbox": office.inbox,
        "gateway": office.gateway,
        "clock": office.clock,
    }
    assert await read_event_lists(**given) == 1
    assert await read_event_lists(**given) == 0
    await work_off(office)
    assert office.bill.client_invoice.status is InvoiceStatus.PAID


def test_every_state_has_a_rank():
    assert set(RANK) == set(AttemptState)


@pytest.mark.parametrize(
    ("key", "base", "production", "starts"),
    [
        ("sk_test_1", "http://sandbox", False, True),
        ("sk_test_1", "https://api.stripe.com", False, True),
        ("sk_live_1", "https://api.stripe.com", True, True),
        ("sk_live_1", "http://sandbox", True, False),
        ("sk_live_1", "https://api.stripe.com", False, False),
        ("rk_live_1", "http://sandbox", True, False),
        ("sk_test_1", "https://api.stripe.com", True, False),
        ("sk_sandbox_1", "https://api.stripe.com", False, False),
    ],
)
@pytest.mark.scenario(69)
def test_live_and_test_settings_never_mix(key, base, production, starts):
    given = {"secret_key": key, "api_base": base, "production": production}
    if starts:
        refuse_mixed_settings(**given)
    else:
        with pytest.raises(MixedStripeSettingsError):
            refuse_mixed_settings(**given)
