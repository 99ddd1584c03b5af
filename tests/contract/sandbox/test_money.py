"""Balances, payouts and sums: every cent is somewhere."""

import random

import pytest
import stripe


async def pay(api, amount=10_000, method="pm_card_bypassPending"):
    return await api.v1.payment_intents.create_async(
        {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True}
    )


async def test_money_is_pending_for_two_days_and_then_available(api, sandbox):
    await pay(api, method="pm_card_visa")
    balance = await api.v1.balance.retrieve_async()
    assert (balance.available[0].amount, balance.pending[0].amount) == (0, 9_680)
    sandbox.control("clock/advance", seconds=2 * 24 * 3_600 + 1)
    balance = await api.v1.balance.retrieve_async()
    assert (balance.available[0].amount, balance.pending[0].amount) == (9_680, 0)
    money = await api.v1.balance_transactions.list_async()
    assert [item.status for item in money.data] == ["available"]


async def test_a_payout_takes_only_what_is_there(api, sandbox, received):
    await pay(api)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payouts.create_async({"amount": 9_681, "currency": "usd"})
    assert refused.value.code == "balance_insufficient"
    payout = await api.v1.payouts.create_async({"amount": 9_680, "currency": "usd"})
    assert payout.status == "in_transit"
    sandbox.control("clock/advance", seconds=3_601)
    received.wait_for("payout.paid", payout.id)
    assert (await api.v1.balance.retrieve_async()).available[0].amount == 0


async def test_the_daily_payout_lists_what_it_carried(api, sandbox):
    paid = [await pay(api, amount) for amount in (10_000, 25_000)]
    refund = await api.v1.refunds.create_async({"payment_intent": paid[0].id, "amount": 1_000})
    payout = sandbox.control("payouts/run", currency="usd")
    carried = await api.v1.balance_transactions.list_async({"payout": payout["id"], "limit": 100})
    others = [item for item in carried.data if item.type != "payout"]
    assert sum(item.net for item in others) == payout["amount"]
    assert {item.source for item in others} == {
        *(intent.latest_charge for intent in paid),
        refund.id,
    }


async def test_a_payout_that_the_bank_refuses_is_money_again(api, sandbox, received):
    await pay(api)
    payout = await api.v1.payouts.create_async({"amount": 9_680, "currency": "usd"})
    sandbox.control(f"payouts/{payout.id}/fail")
    received.wait_for("payout.failed", payout.id)
    assert (await api.v1.balance.retrieve_async()).available[0].amount == 9_680


@pytest.mark.scenario(75)
async def test_a_random_month_adds_up_to_the_cent(api, sandbox):
    """Charges, refunds, failures and disputes in any order: the balance is the sum of its parts."""
    dice = random.Random(20_261_121)
    expected = 0
    for _ in range(60):
        amount = dice.randint(50, 90_000)
        method = dice.choice(("pm_card_visa", "pm_card_bypassPending", "pm_card_createDispute"))
        intent = await pay(api, amount, method)
        expected += amount - ((amount * 29 + 500) // 1_000 + 30)
        if method.endswith("Dispute"):
            expected -= amount + 1_500
        elif dice.random() < 0.5:
            part = dice.randint(1, amount)
            refund = await api.v1.refunds.create_async(
                {"payment_intent": intent.id, "amount": part}
            )
            expected -= part
            if dice.random() < 0.3:
                sandbox.control(f"refunds/{refund.id}/fail")
                expected += part
    balance = await api.v1.balance.retrieve_async()
    shown = sum(item.amount for item in (*balance.available, *balance.pending))
    everything = [
        item
        async for item in (
            await api.v1.balance_transactions.list_async({"limit": 100})
        ).auto_paging_iter()
    ]
    totals = sandbox.look("totals")["acct_platform"]
    assert shown == expected == sum(item.net for item in everything)
    assert totals["balance"]["usd"]["cents"] == expected
    assert totals["charges"]["succeeded"]["count"] == 60
