"""Money that goes back: never more than came in, and not while the bank has it."""

import asyncio

import pytest
import stripe


async def paid(api, method="pm_card_visa", amount=10_000):
    return await api.v1.payment_intents.create_async(
        {"amount": amount, "currency": "usd", "payment_method": method, "confirm": True}
    )


async def test_a_partial_refund_then_the_rest(api, received):
    intent = await paid(api)
    part = await api.v1.refunds.create_async(
        {"payment_intent": intent.id, "amount": 4_000, "metadata": {"refund_id": "r1"}}
    )
    assert (part.status, part.amount) == ("succeeded", 4_000)
    created = received.wait_for("refund.created", part.id)
    assert created["data"]["object"]["metadata"] == {"refund_id": "r1"}
    refunded = received.wait_for("charge.refunded", intent.id)
    assert refunded["data"]["previous_attributes"]["amount_refunded"] == 0
    rest = await api.v1.refunds.create_async({"charge": intent.latest_charge})
    assert rest.amount == 6_000
    charge = await api.v1.charges.retrieve_async(intent.latest_charge, {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded) == (True, 10_000)
    assert [item.amount for item in charge.refunds.data] == [6_000, 4_000]


async def test_no_more_goes_back_than_came_in(api):
    intent = await paid(api)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 10_001})
    assert "greater than unrefunded amount" in refused.value.user_message
    await api.v1.refunds.create_async({"payment_intent": intent.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert again.value.code == "charge_already_refunded"


async def test_of_two_refunds_at_once_that_do_not_fit_together_one_is_refused(api):
    intent = await paid(api)
    outcomes = await asyncio.gather(
        *(
            api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 6_000})
            for _ in range(2)
        ),
        return_exceptions=True,
    )
    refused = [item for item in outcomes if isinstance(item, stripe.InvalidRequestError)]
    assert len(refused) == 1
    charge = await api.v1.charges.retrieve_async(intent.latest_charge)
    assert charge.amount_refunded == 6_000


async def test_a_refund_that_fails_puts_the_money_back(api, sandbox, received):
    intent = await paid(api, "pm_card_refundFail")
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert refund.status == "succeeded"
    sandbox.control("clock/advance", seconds=3_601)
    failed = await api.v1.refunds.retrieve_async(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    received.wait_for("refund.failed", refund.id)
    received.wait_for("charge.refund.updated", refund.id)
    sums = sandbox.look("totals")["acct_platform"]
    assert sums["refunds"] == {"failed": {"count": 1, "cents": 10_000}}
    charge = await api.v1.charges.retrieve_async(intent.latest_charge)
    assert (charge.amount_refunded, charge.refunded) == (0, False)


async def test_a_declined_payment_has_nothing_to_refund(api):
    with pytest.raises(stripe.CardError) as declined:
        await paid(api, "pm_card_chargeDeclined")
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async(
            {"payment_intent": declined.value.error.payment_intent.id}
        )
    assert refused.value.code == "payment_intent_unexpected_state"


async def test_a_disputed_card_payment_holds_the_money(api, received):
    intent = await paid(api, "pm_card_createDispute")
    dispute = (await api.v1.disputes.list_async({"payment_intent": intent.id})).data[0]
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        10_000,
    )
    received.wait_for("charge.dispute.created", intent.id)
    received.wait_for("charge.dispute.funds_withdrawn", intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"


async def test_a_won_dispute_gives_the_money_back_but_not_its_fee(api, sandbox, received):
    intent = await paid(api, "pm_card_createDispute")
    dispute = (await api.v1.disputes.list_async()).data[0]
    won = await api.v1.disputes.update_async(
        dispute.id, {"evidence": {"uncategorized_text": "winning_evidence"}}
    )
    assert won.status == "won"
    assert [(item.amount, item.fee) for item in won.balance_transactions] == [
        (-10_000, 1_500),
        (10_000, 0),
    ]
    for event in ("updated", "closed", "funds_reinstated"):
        received.wait_for(f"charge.dispute.{event}", intent.id)


async def test_a_lost_dispute_stays_lost(api, sandbox, received):
    intent = await paid(api)
    opened = sandbox.control(f"payments/{intent.id}/dispute", reason="product_not_received")
    lost = sandbox.control(f"disputes/{opened['id']}/resolve", won=False)
    assert lost["status"] == "lost"
    received.wait_for("charge.dispute.closed", intent.id)
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.disputes.close_async(opened["id"])


async def test_an_inquiry_takes_nothing_and_can_be_refunded(api, received):
    intent = await paid(api, "pm_card_createDisputeInquiry")
    inquiry = (await api.v1.disputes.list_async()).data[0]
    assert inquiry.status == "warning_needs_response"
    assert "charge.dispute.funds_withdrawn" not in received.types_of(intent.id)
    await api.v1.refunds.create_async({"payment_intent": intent.id})
    closed = await api.v1.disputes.close_async(inquiry.id)
    assert closed.status == "warning_closed"
