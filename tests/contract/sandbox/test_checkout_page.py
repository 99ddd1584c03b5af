"""The hosted page, driven as a browser without scripts would: read the form, send it back."""

import re
import time
from html.parser import HTMLParser

import pytest
import stripe

SUCCESS = "https://portal.example/back?session={CHECKOUT_SESSION_ID}"
LINES = [
    {
        "price_data": {
            "currency": "usd",
            "unit_amount": 45_000,
            "product_data": {"name": "Invoice HP-3107"},
        },
        "quantity": 1,
    }
]


class Fields(HTMLParser):
    """What a browser would send for the page's form as it stands."""

    def __init__(self, page):
        super().__init__()
        self.values, self.unlabelled, self._labels, self._ids = {}, [], set(), []
        self.feed(page)
        self.unlabelled = [name for name in self._ids if name not in self._labels]

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "label" and "for" in found:
            self._labels.add(found["for"])
        if tag != "input" or "name" not in found:
            return
        if found.get("type") not in ("hidden", "radio", "checkbox"):
            self._ids.append(found["id"])
        if found.get("type") in ("radio", "checkbox") and "checked" not in found:
            return
        self.values[found["name"]] = found.get("value", "on")


async def session_of(api, **params):
    return await api.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "line_items": LINES,
            "success_url": SUCCESS,
            "cancel_url": "https://portal.example/bill",
            **params,
        }
    )


def press(sandbox, url, kind="", **changes):
    """Open the page, change some fields, press the button (or the quick button `use`)."""
    page = sandbox.http.get(url, params={"with": kind} if kind else None)
    assert page.status_code == 200, page.text
    return sandbox.http.post(url, data={**Fields(page.text).values, **changes})


async def test_the_prefilled_card_pays_and_leads_back(api, sandbox, received):
    session = await session_of(api, payment_intent_data={"metadata": {"attempt_id": "a1"}})
    assert (session.status, session.payment_status, session.payment_intent) == (
        "open",
        "unpaid",
        None,
    )
    back = press(sandbox, session.url)
    assert back.status_code == 303
    assert back.headers["location"] == f"https://portal.example/back?session={session.id}"
    done = await api.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["payment_intent.latest_charge", "line_items"]}
    )
    assert (done.status, done.payment_status, done.url) == ("complete", "paid", None)
    assert done.payment_intent.metadata["attempt_id"] == "a1"
    assert done.payment_intent.latest_charge.amount == 45_000
    assert done.line_items.data[0].description == "Invoice HP-3107"
    completed = received.wait_for("checkout.session.completed", session.id)
    assert completed["data"]["object"]["payment_intent"] == done.payment_intent.id
    received.wait_for("payment_intent.succeeded", done.payment_intent.id)


async def test_the_page_says_what_it_is_and_who_is_paid(api, sandbox):
    account = await api.v1.accounts.create_async({"business_profile": {"name": "Harbor & Pine"}})
    session = await api.v1.checkout.sessions.create_async(
        {
            "mode": "payment",
            "line_items": LINES,
            "success_url": SUCCESS,
            "cancel_url": "https://p.example/c",
        },
        {"stripe_account": account.id},
    )
    page = sandbox.http.get(session.url)
    text = re.sub(r"<[^>]+>", "", page.text)
    for words in (
        "Sandbox. No real money moves.",
        "Pay Harbor &amp; Pine",
        "$450.00",
        "Invoice HP-3107",
        "Back to Harbor &amp; Pine",
    ):
        assert words in text
    assert Fields(page.text).values["number"] == "4242 4242 4242 4242"
    assert Fields(page.text).unlabelled == []
    assert 'href="https://p.example/c"' in page.text


async def test_the_page_runs_no_script_and_posts_only_home_or_onwards(api, sandbox):
    session = await session_of(api)
    page = sandbox.http.get(session.url)
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "form-action 'self' https://portal.example" in policy
    assert "unsafe-inline" not in policy
    assert "<script" not in page.text
    assert not re.search(r"<[^>]+\s(style|on\w+)=", page.text)


async def test_a_decline_is_said_on_the_page_and_another_card_pays(api, sandbox, received):
    session = await session_of(api)
    declined = press(sandbox, session.url, use="4000000000000002")
    assert declined.status_code == 402
    assert "Your card was declined." in declined.text
    assert (await api.v1.checkout.sessions.retrieve_async(session.id)).status == "open"
    poor = press(sandbox, session.url, number="4000 0000 0000 9995")
    assert "Your card has insufficient funds." in poor.text
    assert press(sandbox, session.url).status_code == 303
    done = await api.v1.checkout.sessions.retrieve_async(session.id)
    charges = await api.v1.charges.list_async({"payment_intent": done.payment_intent})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed", "failed"]
    assert received.wait_for("payment_intent.payment_failed", done.payment_intent)


async def test_a_mistyped_card_number_is_said_on_the_page(api, sandbox):
    session = await session_of(api)
    wrong = press(sandbox, session.url, number="4242 4242 4242 4241")
    assert (wrong.status_code, "Your card number is incorrect." in wrong.text) == (402, True)


@pytest.mark.parametrize(("answer", "status"), [("complete", "complete"), ("fail", "open")])
async def test_3d_secure_passed_and_failed(api, sandbox, answer, status):
    session = await session_of(api)
    asked = press(sandbox, session.url, use="4000002760003184")
    assert asked.status_code == 303
    bank = asked.headers["location"]
    assert "Confirm it is you" in sandbox.http.get(bank).text
    back = sandbox.http.post(bank, data={"result": answer})
    after = await api.v1.checkout.sessions.retrieve_async(session.id)
    assert after.status == status
    if answer == "complete":
        assert back.headers["location"].endswith(session.id)
    else:
        assert "unable to authenticate" in back.text
        assert press(sandbox, session.url).status_code == 303


async def test_3d_secure_abandoned_ends_with_the_session(api, sandbox, received):
    session = await session_of(api, expires_at=int(time.time()) + 1_800)
    press(sandbox, session.url, use="4000002760003184")
    intent = (await api.v1.checkout.sessions.retrieve_async(session.id)).payment_intent
    sandbox.control("clock/advance", seconds=1_801)
    received.wait_for("checkout.session.expired", session.id)
    gone = await api.v1.payment_intents.retrieve_async(intent)
    assert (gone.status, gone.cancellation_reason) == ("canceled", "expired")
    page = sandbox.http.get(session.url)
    assert (page.status_code, "This page has expired" in page.text) == (410, True)
    assert sandbox.http.post(session.url, data={"kind": "card"}).status_code == 410


@pytest.mark.parametrize(
    ("number", "event", "payment_status"),
    [
        ("000123456789", "checkout.session.async_payment_succeeded", "paid"),
        ("000222222227", "checkout.session.async_payment_failed", "unpaid"),
    ],
)
async def test_a_bank_account_completes_now_and_is_paid_or_not_later(
    api, sandbox, received, number, event, payment_status
):
    session = await session_of(api, allowed_payment_method_types=["us_bank_account"])
    back = press(sandbox, session.url, account_number=number)
    assert back.status_code == 303
    done = await api.v1.checkout.sessions.retrieve_async(session.id, {"expand": ["payment_intent"]})
    assert (done.status, done.payment_status) == ("complete", "unpaid")
    assert done.payment_intent.status == "processing"
    sandbox.control(f"payments/{done.payment_intent.id}/settle")
    received.wait_for(event, session.id)
    after = await api.v1.checkout.sessions.retrieve_async(session.id)
    assert after.payment_status == payment_status


async def test_only_the_allowed_ways_are_shown(api, sandbox):
    cards = await session_of(api, allowed_payment_method_types=["card"])
    assert "Bank account" not in sandbox.http.get(cards.url).text
    both = await session_of(api)
    assert "Routing number" in sandbox.http.get(both.url, params={"with": "us_bank_account"}).text


async def test_a_card_saved_while_paying_is_offered_next_time(api, sandbox, received, customer):
    saving = {"saved_payment_method_options": {"payment_method_save": "enabled"}}
    first = await session_of(api, customer=customer.id, **saving)
    press(sandbox, first.url, number="5555 5555 5555 4444", save="on")
    attached = received.wait_for("payment_method.attached", customer.id)
    assert attached["data"]["object"]["allow_redisplay"] == "always"
    second = await session_of(api, customer=customer.id, **saving)
    page = sandbox.http.get(second.url).text
    assert "Mastercard &bull;&bull;4444" in page
    assert press(sandbox, second.url).status_code == 303
    done = await api.v1.checkout.sessions.retrieve_async(second.id, {"expand": ["payment_intent"]})
    assert done.payment_intent.payment_method == attached["data"]["object"]["id"]


async def test_the_tick_counts_on_the_attempt_that_succeeds(api, sandbox, customer):
    session = await session_of(
        api,
        customer=customer.id,
        saved_payment_method_options={"payment_method_save": "enabled"},
    )
    press(sandbox, session.url, use="4000000000000002")
    assert press(sandbox, session.url, save="on").status_code == 303
    kept = (await api.v1.customers.payment_methods.list_async(customer.id)).data
    assert [method.card.last4 for method in kept] == ["4242"]


async def test_a_bank_account_may_be_kept_and_a_card_not(api, sandbox, customer):
    options = {"us_bank_account": {"setup_future_usage": "off_session"}}
    for kind in ("card", "us_bank_account"):
        session = await session_of(api, customer=customer.id, payment_method_options=options)
        press(sandbox, session.url, kind=kind)
    kept = (await api.v1.customers.payment_methods.list_async(customer.id)).data
    assert [method.type for method in kept] == ["us_bank_account"]


async def test_a_payer_without_a_customer_becomes_one_when_wanted(api, sandbox, received):
    guest = await session_of(api)
    press(sandbox, guest.url, email="guest@example.com")
    assert (await api.v1.checkout.sessions.retrieve_async(guest.id)).customer is None
    known = await session_of(api, customer_creation="always")
    press(sandbox, known.url, email="ellen@example.com")
    done = await api.v1.checkout.sessions.retrieve_async(known.id, {"expand": ["customer"]})
    assert done.customer.email == done.customer_details.email == "ellen@example.com"
    received.wait_for("customer.created", done.customer.id)


async def test_a_card_kept_for_autopay_is_not_offered_on_the_page(api, sandbox, customer):
    first = await session_of(
        api, customer=customer.id, payment_intent_data={"setup_future_usage": "off_session"}
    )
    press(sandbox, first.url)
    kept = (await api.v1.customers.payment_methods.list_async(customer.id)).data
    assert [method.allow_redisplay for method in kept] == ["limited"]
    second = await session_of(api, customer=customer.id)
    assert "&bull;&bull;4242" not in sandbox.http.get(second.url).text


async def test_another_customers_card_cannot_be_named(api, sandbox, customer):
    other = await api.v1.customers.create_async({"email": "other@example.com"})
    method = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": other.id})
    session = await session_of(api, customer=customer.id)
    refused = press(sandbox, session.url, kind="card", saved=method.id)
    assert refused.status_code == 400
    assert (await api.v1.charges.list_async()).data == []


async def test_a_method_is_saved_without_charging(api, sandbox, received, customer):
    on_file = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    await api.v1.payment_methods.update_async(on_file.id, {"allow_redisplay": "always"})
    session = await api.v1.checkout.sessions.create_async(
        {
            "mode": "setup",
            "currency": "usd",
            "customer": customer.id,
            "success_url": SUCCESS,
            "setup_intent_data": {"metadata": {"setup_id": "s1"}},
        }
    )
    assert "Nothing is charged now." in sandbox.http.get(session.url).text
    assert "Saved" not in sandbox.http.get(session.url).text
    assert press(sandbox, session.url, kind="us_bank_account").status_code == 303
    done = await api.v1.checkout.sessions.retrieve_async(
        session.id, {"expand": ["setup_intent.payment_method", "setup_intent.mandate"]}
    )
    assert (done.status, done.payment_status) == ("complete", "no_payment_required")
    assert done.setup_intent.payment_method.customer == customer.id
    assert done.setup_intent.mandate.status == "active"
    event = received.wait_for("setup_intent.succeeded", done.setup_intent.id)
    assert event["data"]["object"]["metadata"] == {"setup_id": "s1"}
    assert (await api.v1.charges.list_async()).data == []


async def test_a_card_that_is_refused_while_saving(api, sandbox, received, customer):
    session = await api.v1.checkout.sessions.create_async(
        {"mode": "setup", "currency": "usd", "customer": customer.id, "success_url": SUCCESS}
    )
    refused = press(sandbox, session.url, kind="card", use="4000000000000002")
    assert refused.status_code == 402
    received.wait_for("setup_intent.setup_failed", session.setup_intent)


async def test_a_session_expired_by_its_owner_is_gone(api, sandbox, received):
    session = await session_of(api)
    expired = await api.v1.checkout.sessions.expire_async(session.id)
    assert (expired.status, expired.url) == ("expired", None)
    received.wait_for("checkout.session.expired", session.id)
    assert sandbox.http.get(session.url).status_code == 410
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.checkout.sessions.expire_async(session.id)


async def test_a_finished_page_charges_no_second_time(api, sandbox):
    session = await session_of(api)
    page = Fields(sandbox.http.get(session.url).text).values
    answers = [sandbox.http.post(session.url, data=page) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert "You already finished here" in sandbox.http.get(session.url).text
    assert len((await api.v1.charges.list_async()).data) == 1


async def test_checkouts_own_payment_cannot_be_steered_from_outside(api, sandbox):
    session = await session_of(api)
    press(sandbox, session.url, use="4000000000000002")
    intent = (await api.v1.checkout.sessions.retrieve_async(session.id)).payment_intent
    for act in (api.v1.payment_intents.cancel_async, api.v1.payment_intents.confirm_async):
        with pytest.raises(stripe.InvalidRequestError):
            await act(intent)


async def test_the_words_on_the_button(api, sandbox):
    booking = await session_of(api, submit_type="book")
    assert "Book $450.00" in sandbox.http.get(booking.url).text
    paying = await session_of(api)
    assert "Pay $450.00" in sandbox.http.get(paying.url).text


@pytest.mark.parametrize(
    "params",
    [
        {"line_items": LINES * 101},
        {"expires_at": int(time.time()) + 60},
        {"expires_at": int(time.time()) + 3 * 24 * 3_600},
        {"line_items": []},
        {"payment_intent_data": {"application_fee_amount": 45_001}},
    ],
)
async def test_a_session_that_cannot_be_is_refused(api, params):
    with pytest.raises(stripe.InvalidRequestError):
        await session_of(api, **params)


async def test_a_receipt_can_be_read(api, sandbox):
    session = await session_of(api)
    press(sandbox, session.url)
    charge = (await api.v1.charges.list_async()).data[0]
    receipt = sandbox.http.get(charge.receipt_url)
    assert (receipt.status_code, "$450.00" in receipt.text) == (200, True)


def test_an_address_that_belongs_to_nothing(sandbox):
    assert sandbox.http.get("/sandbox/stripe/checkout/cs_test_nothing").status_code == 404
    assert sandbox.http.get("/sandbox/stripe/authenticate/pi_nothing").status_code == 410
