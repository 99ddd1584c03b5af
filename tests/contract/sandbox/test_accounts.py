"""Connected accounts are worlds of their own."""

import pytest
import stripe

JUNIPER = {"stripe_account": "acct_juniper"}
HARBOR = {"stripe_account": "acct_harbor"}
PAYMENT = {"amount": 10_000, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}


async def test_nothing_of_one_account_can_be_seen_from_another(api, received):
    paid = await api.v1.payment_intents.create_async(PAYMENT, JUNIPER)
    customer = await api.v1.customers.create_async({"email": "payer@example.com"}, JUNIPER)
    for outside in (HARBOR, {}):
        for look in (
            api.v1.payment_intents.retrieve_async(paid.id, {}, outside),
            api.v1.charges.retrieve_async(paid.latest_charge, {}, outside),
            api.v1.customers.retrieve_async(customer.id, {}, outside),
            api.v1.refunds.create_async({"payment_intent": paid.id}, outside),
        ):
            with pytest.raises(stripe.InvalidRequestError) as refused:
                await look
            assert refused.value.code == "resource_missing"
        assert (await api.v1.customers.list_async({}, outside)).data == []
    event = received.wait_for("payment_intent.succeeded", paid.id)
    assert event["account"] == "acct_juniper"


async def test_the_platforms_own_events_name_no_account(api, received):
    paid = await api.v1.payment_intents.create_async(PAYMENT)
    assert "account" not in received.wait_for("payment_intent.succeeded", paid.id)


async def test_the_platforms_share_is_taken_from_the_companys_money(api):
    paid = await api.v1.payment_intents.create_async(
        {
            **PAYMENT,
            "application_fee_amount": 250,
            "expand": ["latest_charge.balance_transaction"],
        },
        JUNIPER,
    )
    money = paid.latest_charge.balance_transaction
    assert {detail.type: detail.amount for detail in money.fee_details} == {
        "stripe_fee": 320,
        "application_fee": 250,
    }
    assert money.net == 10_000 - 320 - 250
    earned = await api.v1.balance_transactions.list_async({"type": "application_fee"})
    assert [item.amount for item in earned.data] == [250]


async def test_a_switched_off_account_takes_no_money_and_says_so(api, sandbox, received):
    sandbox.control("accounts/acct_juniper/charges", enabled=False)
    event = received.wait_for("account.updated", "acct_juniper")
    assert event["account"] == "acct_juniper"
    assert event["data"]["previous_attributes"] == {"charges_enabled": True}
    account = await api.v1.accounts.retrieve_async("acct_juniper")
    assert account.charges_enabled is False
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_intents.create_async(PAYMENT, JUNIPER)
    await api.v1.payment_intents.create_async(PAYMENT, HARBOR)
    sandbox.control("accounts/acct_juniper/charges", enabled=True)
    await api.v1.payment_intents.create_async(PAYMENT, JUNIPER)


async def test_an_account_is_opened_and_found(api):
    made = await api.v1.accounts.create_async(
        {"email": "office@harbor.example", "business_profile": {"name": "Harbor & Pine"}}
    )
    found = await api.v1.accounts.retrieve_async(made.id)
    assert (found.email, found.business_profile.name) == ("office@harbor.example", "Harbor & Pine")
    own = await api.v1.accounts.retrieve_current_async(None, {"stripe_account": made.id})
    assert own.id == made.id


async def test_what_cannot_be_an_account_is_refused(api):
    with pytest.raises(stripe.PermissionError):
        await api.v1.balance.retrieve_async(None, {"stripe_account": "someone else"})
