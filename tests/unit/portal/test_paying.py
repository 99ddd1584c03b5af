"""From the button to the provider and back to a page that waits for the truth."""

import re
from datetime import timedelta

import pytest

from services.portal.domain.refusals import PaymentRefusedError
from tests.support.portal_samples import (
    CLIENT_INVOICE,
    PAYER_INVOICE,
    an_invoice,
    paid,
    told_company,
    told_invoice,
)
from tests.unit.portal.test_client_page import words

HIDDEN = r'name="(csrf_token|idempotency_key|amount_cents)" value="([^"]*)"'


async def form_on(portal, page):
    return dict(re.findall(HIDDEN, (await portal.browser.get(page)).text))


async def press_pay(portal, page, **changes):
    form = await form_on(portal, page) | changes
    return await portal.browser.post(f"{page}/pay", data=form)


@pytest.mark.parametrize(
    ("scope", "invoice_id", "cents"),
    [("inspection", CLIENT_INVOICE, 47500), ("invoice", PAYER_INVOICE, 15000)],
)
async def test_the_button_leads_to_the_provider_with_the_amount_shown(
    portal, scope, invoice_id, cents
):
    page = await portal.enter(scope)
    answer = await press_pay(portal, page)
    assert answer.status_code == 303
    assert answer.headers["location"] == "https://checkout.example/session"
    (wish,) = portal.wiring.billing.started
    assert (wish["invoice_id"], wish["amount_cents"]) == (invoice_id, cents)
    assert wish["cancel_url"] == f"http://portal.example{page}"
    assert wish["success_url"] == f"http://portal.example{page}?attempt={wish['key']}"


async def test_every_rendering_has_its_own_key_and_the_same_form_sends_the_same_one(portal):
    page = await portal.enter()
    first, second = await form_on(portal, page), await form_on(portal, page)
    assert first["idempotency_key"] != second["idempotency_key"]
    for _ in range(2):
        await portal.browser.post(f"{page}/pay", data=first)
    keys = [wish["key"] for wish in portal.wiring.billing.started]
    assert keys == [first["idempotency_key"]] * 2


async def test_an_amount_that_changed_is_refused_with_the_old_and_the_new(portal):
    portal.wiring.billing.due[CLIENT_INVOICE] = 50000
    page = await portal.enter()
    answer = await press_pay(portal, page)
    assert answer.status_code == 409
    assert "It was $475.00 and is now $500.00. You have not been charged." in words(answer)
    again = dict(re.findall(HIDDEN, answer.text))
    assert again["amount_cents"] == "50000"
    assert (await portal.browser.post(f"{page}/pay", data=again)).status_code == 303


@pytest.mark.parametrize(
    ("reason", "title"),
    [
        ("invoice_paid", "This is already paid"),
        ("invoice_void", "This invoice is no longer needed"),
        ("payment_in_progress", "A payment is already under way"),
        ("payment_processing", "A bank payment is on its way"),
        ("payment_after_publish", "Payment to be collected after inspection is published"),
        ("online_payments_off", "Online payment is switched off"),
        ("something_new", "The payment was not started"),
    ],
)
@pytest.mark.parametrize("scope", ["inspection", "invoice"])
async def test_every_refusal_says_why_and_that_nothing_was_charged(portal, scope, reason, title):
    portal.wiring.billing.refusal = PaymentRefusedError(reason)
    answer = await press_pay(portal, await portal.enter(scope))
    assert answer.status_code == 409
    assert title in words(answer)
    assert re.search("not (been )?charged", words(answer))


async def test_billing_away_says_that_nothing_was_charged_and_keeps_the_button(portal):
    portal.wiring.billing.away = True
    answer = await press_pay(portal, await portal.enter())
    assert answer.status_code == 503
    assert "Payment is not possible for a moment You have not been charged." in words(answer)
    assert "Pay $475.00" in words(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_cents": "0"},
        {"amount_cents": "-47500"},
        {"amount_cents": "475.00"},
        {"amount_cents": "1e3"},
        {"amount_cents": "9" * 30},
        {"amount_cents": ""},
        {"idempotency_key": ""},
    ],
)
async def test_an_amount_that_is_none_starts_nothing(portal, changes):
    answer = await press_pay(portal, await portal.enter(), **changes)
    assert answer.status_code == 422
    assert portal.wiring.billing.started == []


@pytest.mark.parametrize("token", ["", "f" * 64])
async def test_another_site_cannot_start_a_payment(portal, token):
    answer = await press_pay(portal, await portal.enter(), csrf_token=token)
    assert answer.status_code == 403
    assert portal.wiring.billing.started == []


async def test_a_form_of_one_link_does_not_work_on_another(portal):
    first = await form_on(portal, await portal.enter())
    answer = await portal.browser.post(f"{await portal.enter()}/pay", data=first)
    assert answer.status_code == 403


async def test_the_page_one_comes_back_to_is_confirming_until_the_event_says_paid(portal):
    page = await portal.enter()
    await press_pay(portal, page)
    back = portal.wiring.billing.started[0]["success_url"]
    answer = await portal.browser.get(back)
    assert "We’re confirming your payment" in words(answer)
    assert "Please don’t pay again" in words(answer)
    assert "pay-form" not in answer.text
    portal.tell(told_invoice(paid(an_invoice())))
    assert "Paid in full" in words(await portal.browser.get(back))


@pytest.mark.parametrize("attempt", ["", "made-up", "%00", "x" * 64])
async def test_a_made_up_return_address_changes_nothing(portal, attempt):
    page = await portal.enter()
    answer = await portal.browser.get(f"{page}?attempt={attempt}")
    assert "Pay $475.00" in words(answer)


async def test_anothers_attempt_means_nothing_here(portal):
    await press_pay(portal, await portal.enter())
    key = portal.wiring.billing.started[0]["key"]
    answer = await portal.browser.get(f"{await portal.enter()}?attempt={key}")
    assert "Pay $475.00" in words(answer)


async def waiting(portal, scope="inspection", **headers):
    """Ask once for a payment that was just begun."""
    page = await portal.enter(scope)
    await press_pay(portal, page)
    key = portal.wiring.billing.started[0]["key"]
    form = await portal.browser.get(f"{page}?attempt={key}")
    token = re.search(r'name="csrf_token" value="(\w+)"', form.text)[1]
    headers = {"x-csrf-token": token} | headers
    url = f"{page}/attempts/{key}/refresh"
    return page, key, lambda **data: portal.browser.post(url, data=data, headers=headers)


@pytest.mark.parametrize("scope", ["inspection", "invoice"])
async def test_the_waiting_page_asks_on_more_and_more_slowly_and_says_when_it_takes_long(
    portal, scope
):
    _, _, ask = await waiting(portal, scope, **{"hx-request": "true"})
    early = await ask(tries="0")
    assert 'hx-trigger="load delay:2s' in early.text
    assert "taking longer" not in early.text
    late = await ask(tries="9")
    assert 'hx-trigger="load delay:15s' in late.text
    assert "taking longer than usual" in late.text
    assert "Please don’t pay again" in late.text
    assert "hx-post" not in (await ask(tries="60")).text


async def test_the_waiting_page_turns_paid_by_itself(portal):
    page, key, ask = await waiting(portal, **{"hx-request": "true"})
    portal.tell(told_invoice(paid(an_invoice())))
    answer = await ask(tries="1")
    assert answer.headers["hx-redirect"] == f"{page}?attempt={key}"


async def test_without_script_the_button_asks_and_shows_the_page(portal):
    page, key, ask = await waiting(portal)
    answer = await ask()
    assert answer.status_code == 303
    assert answer.headers["location"] == f"{page}?attempt={key}"


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("failed", "The payment did not go through"),
        ("expired", "The payment did not go through"),
        ("awaiting_payer", "The payment was not finished"),
        ("requires_action", "The payment was not finished"),
    ],
)
async def test_an_attempt_that_ended_without_money_can_be_tried_again(portal, state, said):
    portal.wiring.billing.state = state
    page, key, ask = await waiting(portal)
    await ask()
    text = words(await portal.browser.get(f"{page}?attempt={key}"))
    assert said in text
    assert "You have not been charged" in text
    assert "Pay $475.00" in text


async def test_billing_away_keeps_the_page_waiting(portal):
    page, key, ask = await waiting(portal)
    portal.wiring.billing.away = True
    await ask()
    assert "confirming" in words(await portal.browser.get(f"{page}?attempt={key}"))


async def test_an_old_return_address_says_what_the_invoice_says(portal):
    page, key, _ = await waiting(portal)
    portal.clock.now += timedelta(hours=2)
    assert "Pay $475.00" in words(await portal.browser.get(f"{page}?attempt={key}"))


class TestPayingAtClosing:
    """Deferred payment (C30)."""

    async def form(self, portal, **changes):
        portal.tell(told_company(policy={"allow_deferred_payment": True}, revision=2))
        page = await portal.enter()
        token = (await form_on(portal, f"{page}/closing"))["csrf_token"]
        fields = {
            "csrf_token": token,
            "closing_on": "2026-12-18",
            "contact_name": "Sam Ortiz",
            "contact_email": "closing@example.com",
            "accepted_by": "Ellen Park",
            "accepted": "on",
        }
        return await portal.browser.post(f"{page}/closing", data=fields | changes)

    async def test_is_offered_beside_the_button_and_told_to_billing(self, portal):
        answer = await self.form(portal)
        assert answer.status_code == 303
        (wish,) = portal.wiring.billing.deferred
        assert wish["closing_on"].isoformat() == "2026-12-18"
        assert wish["accepted_by"] == "Ellen Park"
        landed = words(await portal.browser.get(answer.headers["location"]))
        assert "We recorded that you pay at closing" in landed

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"closing_on": ""}, "Enter the closing date"),
            ({"closing_on": "2026-11-20"}, "Enter a closing date that is today or later"),
            ({"contact_name": ""}, "Enter who handles the closing"),
            ({"contact_email": "sam"}, "Enter an email address in the correct format"),
            ({"accepted_by": ""}, "Type your full name to accept"),
            ({"accepted": ""}, "Tick the box to accept"),
        ],
    )
    async def test_says_what_is_missing_and_defers_nothing(self, portal, changes, message):
        answer = await self.form(portal, **changes)
        assert answer.status_code == 422
        assert message in words(answer)
        assert portal.wiring.billing.deferred == []

    async def test_says_when_billing_is_away(self, portal):
        portal.wiring.billing.away = True
        answer = await self.form(portal)
        assert answer.status_code == 503
        assert "This could not be recorded" in words(answer)

    async def test_is_not_offered_by_a_company_that_does_not_allow_it(self, portal):
        page = await portal.enter()
        assert "closing" not in (await portal.browser.get(page)).text
        assert (await portal.browser.get(f"{page}/closing")).status_code == 303
