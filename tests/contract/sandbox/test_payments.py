"""Cards through the SDK: taken, declined, held, authenticated, saved."""

import pytest
import stripe

CARD = {"amount": 45_000, "currency": "usd", "confirm": True}


async def test_a_card_pays_at_once_and_says_so(api, received, customer):
    paid = await api.v1.payment_intents.create_async(
        {
            **CARD,
            "payment_method": "pm_card_visa",
            "customer": customer.id,
            "metadata": {"attempt_id": "a1"},
            "expand": ["latest_charge.balance_transaction", "payment_method", "customer"],
        }
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 45_000)
    assert paid.latest_charge.balance_transaction.fee == 1_335  # 2.9 % + 30 cents
    assert paid.payment_method.card.last4 == "4242"
    assert paid.customer.email == "payer@example.com"
    event = received.wait_for("payment_intent.succeeded", paid.id)
    assert event["data"]["object"]["metadata"] == {"attempt_id": "a1"}
    assert event["request"]["id"].startswith("req_")
    assert event["api_version"] == stripe.api_version
    received.wait_for("payment_intent.created", paid.id)
    received.wait_for("charge.succeeded", paid.id)


@pytest.mark.parametrize(
    ("method", "code", "decline_code"),
    [
        ("pm_card_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
        ("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card"),
        ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc"),
        ("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error"),
        ("pm_card_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ],
)
async def test_a_declined_card_stays_on_the_books(api, received, method, code, decline_code):
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_intents.create_async({**CARD, "payment_method": method})
    error = declined.value.error
    assert (declined.value.http_status, error.code, error.decline_code) == (402, code, decline_code)
    intent = await api.v1.payment_intents.retrieve_async(
        error.payment_intent.id, {"expand": ["latest_charge"]}
    )
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.code == code
    assert (intent.latest_charge.status, intent.latest_charge.paid) == ("failed", False)
    received.wait_for("payment_intent.payment_failed", intent.id)
    received.wait_for("charge.failed", intent.id)


async def test_another_card_pays_the_same_intent_after_a_decline(api, customer):
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_intents.create_async(
            {**CARD, "payment_method": "pm_card_chargeDeclined", "customer": customer.id}
        )
    intent_id = declined.value.error.payment_intent.id
    paid = await api.v1.payment_intents.confirm_async(
        intent_id, {"payment_method": "pm_card_mastercard"}
    )
    assert paid.status == "succeeded"
    charges = await api.v1.charges.list_async({"payment_intent": intent_id})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


async def test_a_present_payer_is_sent_to_3d_secure(api, sandbox, received):
    intent = await api.v1.payment_intents.create_async(
        {
            **CARD,
            "payment_method": "pm_card_authenticationRequired",
            "return_url": "https://shop.example/back?order=7",
        }
    )
    assert intent.status == "requires_action"
    received.wait_for("payment_intent.requires_action", intent.id)
    page = intent.next_action.redirect_to_url.url
    assert "approve a payment of" in sandbox.http.get(page).text
    back = sandbox.http.post(page, data={"result": "complete"})
    assert back.status_code == 303
    assert back.headers["location"].startswith(
        f"https://shop.example/back?order=7&payment_intent={intent.id}&"
    )
    paid = await api.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert paid.status == "succeeded"
    assert paid.latest_charge.payment_method_details.card.three_d_secure.result == "authenticated"


async def test_failed_authentication_charges_nothing(api, sandbox):
    intent = await api.v1.payment_intents.create_async(
        {
            **CARD,
            "payment_method": "pm_card_threeDSecure2Required",
            "return_url": "https://shop.example/",
        }
    )
    back = sandbox.http.post(intent.next_action.redirect_to_url.url, data={"result": "fail"})
    assert "redirect_status=failed" in back.headers["location"]
    after = await api.v1.payment_intents.retrieve_async(intent.id)
    assert after.status == "requires_payment_method"
    assert after.last_payment_error.code == "payment_intent_authentication_failure"
    assert after.latest_charge is None


async def test_a_card_that_declines_after_authentication_says_so(api, sandbox):
    intent = await api.v1.payment_intents.create_async(
        {
            **CARD,
            "payment_method": "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds",
            "return_url": "https://shop.example/",
        }
    )
    sandbox.http.post(intent.next_action.redirect_to_url.url, data={"result": "complete"})
    after = await api.v1.payment_intents.retrieve_async(intent.id)
    assert after.last_payment_error.decline_code == "insufficient_funds"


async def test_nobody_present_means_authentication_cannot_be_asked(api, customer):
    with pytest.raises(stripe.CardError) as declined:
        await api.v1.payment_intents.create_async(
            {
                **CARD,
                "customer": customer.id,
                "off_session": True,
                "payment_method": "pm_card_authenticationRequired",
            }
        )
    assert declined.value.code == "authentication_required"
    assert declined.value.error.payment_intent.status == "requires_payment_method"


async def test_a_card_set_up_once_is_charged_later_without_its_holder(api, sandbox, customer):
    setup = await api.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method": "pm_card_authenticationRequiredOnSetup",
            "confirm": True,
            "return_url": "https://shop.example/",
        }
    )
    assert setup.status == "requires_action"
    sandbox.http.post(setup.next_action.redirect_to_url.url, data={"result": "complete"})
    saved = await api.v1.setup_intents.retrieve_async(setup.id, {"expand": ["payment_method"]})
    assert (saved.status, saved.payment_method.customer) == ("succeeded", customer.id)
    paid = await api.v1.payment_intents.create_async(
        {
            **CARD,
            "customer": customer.id,
            "payment_method": saved.payment_method.id,
            "off_session": True,
        }
    )
    assert paid.status == "succeeded"


async def test_a_card_that_attaches_but_never_pays(api, customer):
    attached = await api.v1.payment_methods.attach_async(
        "pm_card_chargeCustomerFail", {"customer": customer.id}
    )
    assert attached.customer == customer.id
    with pytest.raises(stripe.CardError):
        await api.v1.payment_intents.create_async(
            {**CARD, "customer": customer.id, "payment_method": attached.id, "off_session": True}
        )


async def test_money_is_held_and_part_of_it_captured(api, received):
    held = await api.v1.payment_intents.create_async(
        {**CARD, "payment_method": "pm_card_visa", "capture_method": "manual"}
    )
    assert (held.status, held.amount_capturable) == ("requires_capture", 45_000)
    received.wait_for("payment_intent.amount_capturable_updated", held.id)
    taken = await api.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 30_000})
    assert (taken.status, taken.amount_received) == ("succeeded", 30_000)


async def test_an_open_payment_can_be_given_up_and_a_finished_one_cannot(api, received):
    waiting = await api.v1.payment_intents.create_async({"amount": 900, "currency": "usd"})
    gone = await api.v1.payment_intents.cancel_async(
        waiting.id, {"cancellation_reason": "abandoned"}
    )
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")
    received.wait_for("payment_intent.canceled", waiting.id)
    paid = await api.v1.payment_intents.create_async({**CARD, "payment_method": "pm_card_visa"})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.cancel_async(paid.id)
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_money_that_was_only_held_goes_back_when_given_up(api, received):
    held = await api.v1.payment_intents.create_async(
        {**CARD, "payment_method": "pm_card_visa", "capture_method": "manual"}
    )
    gone = await api.v1.payment_intents.cancel_async(held.id, {"expand": ["latest_charge"]})
    assert (gone.status, gone.amount_capturable) == ("canceled", 0)
    assert (gone.latest_charge.refunded, gone.latest_charge.captured) == (True, False)
    received.wait_for("charge.refunded", held.id)
    assert (await api.v1.balance_transactions.list_async()).data == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"amount": 49, "currency": "usd"}, "amount_too_small"),
        ({"amount": 100_000_000, "currency": "usd"}, "amount_too_large"),
        ({"amount": 5_000, "currency": "zzz"}, None),
        ({"amount": 5_000, "currency": "usd", "customer": "cus_nobody"}, "resource_missing"),
        ({"amount": 5_000, "currency": "usd", "off_session": True}, "parameter_invalid"),
    ],
)
async def test_a_payment_that_cannot_be_is_refused(api, params, code):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.create_async(params)
    assert (refused.value.http_status, refused.value.code) == (400, code)
    assert (await api.v1.payment_intents.list_async()).data == []


async def test_fifty_cents_is_enough(api):
    paid = await api.v1.payment_intents.create_async(
        {"amount": 50, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    assert paid.status == "succeeded"


async def test_only_the_allowed_types_are_offered_and_accepted(api):
    cards_only = await api.v1.payment_intents.create_async(
        {"amount": 900, "currency": "usd", "allowed_payment_method_types": ["card"]}
    )
    assert cards_only.payment_method_types == ["card"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.confirm_async(
            cards_only.id, {"payment_method": "pm_usBankAccount_success"}
        )
    assert refused.value.code == "payment_intent_incompatible_payment_method"


async def test_a_method_of_another_customer_is_refused(api, customer):
    other = await api.v1.customers.create_async({"email": "other@example.com"})
    method = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": other.id})
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_intents.create_async(
            {**CARD, "customer": customer.id, "payment_method": method.id}
        )


async def test_a_detached_method_never_pays_again(api, received, customer):
    method = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    on_file = await api.v1.customers.payment_methods.list_async(customer.id)
    assert [item.id for item in on_file.data] == [method.id]
    await api.v1.payment_methods.detach_async(method.id)
    event = received.wait_for("payment_method.detached", method.id)
    assert event["data"]["previous_attributes"] == {"customer": customer.id}
    assert (await api.v1.customers.payment_methods.list_async(customer.id)).data == []
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_intents.create_async({**CARD, "payment_method": method.id})


async def test_the_network_updates_a_saved_card(api, sandbox, received, customer):
    method = await api.v1.payment_methods.attach_async("pm_card_visa", {"customer": customer.id})
    sandbox.control(f"payment_methods/{method.id}/network_update", last4="1111", exp_year=2040)
    event = received.wait_for("payment_method.automatically_updated", method.id)
    assert event["data"]["object"]["card"]["last4"] == "1111"
    assert event["data"]["previous_attributes"]["card"]["last4"] == "4242"


async def test_lists_are_paged_newest_first(api):
    made = [
        (await api.v1.customers.create_async({"name": f"Payer {number}"})).id for number in range(5)
    ]
    first = await api.v1.customers.list_async({"limit": 2})
    assert ([item.id for item in first.data], first.has_more) == (made[:2:-1], True)
    second = await api.v1.customers.list_async({"limit": 2, "starting_after": made[3]})
    assert [item.id for item in second.data] == [made[2], made[1]]
    back = await api.v1.customers.list_async({"limit": 2, "ending_before": made[1]})
    assert [item.id for item in back.data] == [made[3], made[2]]
    everyone = [
        item.id
        async for item in (await api.v1.customers.list_async({"limit": 2})).auto_paging_iter()
    ]
    assert everyone == made[::-1]


async def test_an_empty_value_deletes_a_metadata_key(api):
    made = await api.v1.customers.create_async({"metadata": {"keep": "1", "drop": "2", "7": "x"}})
    assert made.metadata.to_dict() == {"keep": "1", "drop": "2", "7": "x"}
    left = await api.v1.customers.update_async(made.id, {"metadata": {"drop": ""}})
    assert left.metadata.to_dict() == {"keep": "1", "7": "x"}


async def test_what_nobody_has_is_missing(api):
    with pytest.raises(stripe.InvalidRequestError) as missing:
        await api.v1.payment_intents.retrieve_async("pi_nothing")
    assert (missing.value.http_status, missing.value.code) == (404, "resource_missing")


@pytest.mark.parametrize("key", ["sk_live_51abcdef", "pk_test_123", "rubbish"])
def test_only_test_keys_are_taken(sandbox, key):
    answer = sandbox.http.get("/v1/balance", headers={"authorization": f"Bearer {key}"})
    assert answer.status_code == 401
    assert "sk_test_" in answer.json()["error"]["message"]
