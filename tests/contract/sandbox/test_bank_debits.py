"""Bank debits: two steps, failures, returns after success, mandates."""

import pytest
import stripe

AGREED = {"customer_acceptance": {"type": "offline"}}


async def debit(api, number="000123456789", **params):
    method = await api.v1.payment_methods.create_async(
        {
            "type": "us_bank_account",
            "us_bank_account": {
                "account_number": number,
                "routing_number": "110000000",
                "account_holder_type": "individual",
            },
            "billing_details": {"name": "Ellen Ray"},
        }
    )
    return await api.v1.payment_intents.create_async(
        {
            "amount": 20_000,
            "currency": "usd",
            "payment_method": method.id,
            "confirm": True,
            "mandate_data": AGREED,
            **params,
        }
    )


async def test_a_debit_is_processing_until_the_bank_has_paid(api, sandbox, received):
    intent = await debit(api)
    assert (intent.status, intent.amount_received) == ("processing", 0)
    received.wait_for("payment_intent.processing", intent.id)
    received.wait_for("charge.pending", intent.id)
    with pytest.raises(stripe.InvalidRequestError) as under_way:
        await api.v1.payment_intents.cancel_async(intent.id)
    assert under_way.value.code == "payment_intent_unexpected_state"
    sandbox.control("clock/advance", seconds=3_599)
    assert (await api.v1.payment_intents.retrieve_async(intent.id)).status == "processing"
    sandbox.control("clock/advance", seconds=2)
    paid = await api.v1.payment_intents.retrieve_async(
        intent.id, {"expand": ["latest_charge.balance_transaction"]}
    )
    assert (paid.status, paid.amount_received) == ("succeeded", 20_000)
    assert paid.latest_charge.id.startswith("py_")
    assert paid.latest_charge.balance_transaction.fee == 160  # 0.8 %
    received.wait_for("payment_intent.succeeded", intent.id)


async def test_a_big_debit_costs_five_dollars_at_most(api, sandbox):
    intent = await debit(api, amount=1_000_000)
    sandbox.control(f"payments/{intent.id}/settle")
    money = await api.v1.balance_transactions.list_async({"type": "payment"})
    assert [(item.amount, item.fee) for item in money.data] == [(1_000_000, 500)]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111113", "account_closed"),
        ("000111111116", "no_account"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "payment_intent_payment_attempt_failed"),
    ],
)
async def test_a_debit_that_the_bank_refuses(api, sandbox, received, number, code):
    intent = await debit(api, number)
    assert intent.status == "processing"
    sandbox.control("clock/advance", seconds=3_601)
    failed = await api.v1.payment_intents.retrieve_async(intent.id, {"expand": ["latest_charge"]})
    assert failed.status == "requires_payment_method"
    assert failed.last_payment_error.code == code
    assert failed.latest_charge.failure_code == code
    received.wait_for("payment_intent.payment_failed", intent.id)
    received.wait_for("charge.failed", intent.id)
    assert (await api.v1.balance_transactions.list_async()).data == []


async def test_a_settled_debit_comes_back_as_a_lost_dispute(api, sandbox, received):
    intent = await debit(api, "000555555559")
    sandbox.control("clock/advance", seconds=3_601)
    received.wait_for("payment_intent.succeeded", intent.id)
    assert (await api.v1.disputes.list_async()).data == []
    sandbox.control("clock/advance", seconds=3_601)
    disputes = await api.v1.disputes.list_async({"payment_intent": intent.id})
    assert [(item.status, item.reason, item.amount) for item in disputes.data] == [
        ("lost", "insufficient_funds", 20_000)
    ]
    for event in ("created", "funds_withdrawn", "closed"):
        received.wait_for(f"charge.dispute.{event}", intent.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert refused.value.code == "charge_disputed"


async def test_one_long_jump_of_the_clock_plays_settlement_and_return_in_order(api, sandbox):
    intent = await debit(api, "000555555559")
    sandbox.control("clock/advance", seconds=5 * 24 * 3_600)
    events = await api.v1.events.list_async({"limit": 20})
    told = [
        event.type for event in events.data if event.type.startswith(("payment_intent", "charge.d"))
    ]
    assert told[::-1][-4:] == [
        "payment_intent.succeeded",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.closed",
    ]
    dispute = (await api.v1.disputes.list_async({"payment_intent": intent.id})).data[0]
    assert dispute.created - intent.created == pytest.approx(7_200, abs=3)


async def test_a_stuck_debit_stays_until_somebody_ends_it(api, sandbox):
    intent = await debit(api, "000000000009")
    sandbox.control("clock/advance", seconds=30 * 24 * 3_600)
    assert (await api.v1.payment_intents.retrieve_async(intent.id)).status == "processing"
    sandbox.control(f"payments/{intent.id}/settle", outcome="insufficient_funds")
    after = await api.v1.payment_intents.retrieve_async(intent.id)
    assert after.last_payment_error.code == "insufficient_funds"


async def test_the_control_api_overrules_the_account_number(api, sandbox):
    intent = await debit(api, "000222222227")
    sandbox.control(f"payments/{intent.id}/settle", outcome="succeeded")
    assert (await api.v1.payment_intents.retrieve_async(intent.id)).status == "succeeded"
    dispute = sandbox.control(f"payments/{intent.id}/return", reason="bank_cannot_process")
    assert (dispute["status"], dispute["reason"]) == ("lost", "bank_cannot_process")


async def test_nobody_is_debited_without_having_agreed(api):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.create_async(
            {
                "amount": 20_000,
                "currency": "usd",
                "payment_method": "pm_usBankAccount_success",
                "confirm": True,
            }
        )
    assert refused.value.code == "payment_intent_mandate_invalid"


async def test_a_saved_account_is_debited_again_until_its_mandate_ends(
    api, sandbox, received, customer
):
    setup = await api.v1.setup_intents.create_async(
        {
            "customer": customer.id,
            "payment_method": "pm_usBankAccount_success",
            "confirm": True,
            "mandate_data": AGREED,
        }
    )
    assert setup.status == "succeeded"
    mandate = await api.v1.mandates.retrieve_async(setup.mandate)
    assert (mandate.status, mandate.type) == ("active", "multi_use")
    again = {
        "amount": 20_000,
        "currency": "usd",
        "customer": customer.id,
        "payment_method": setup.payment_method,
        "confirm": True,
        "off_session": True,
    }
    intent = await api.v1.payment_intents.create_async(again)
    sandbox.control(f"payments/{intent.id}/settle")
    sandbox.control(f"payments/{intent.id}/return", reason="debit_not_authorized")
    event = received.wait_for("mandate.updated", mandate.id)
    assert event["data"]["previous_attributes"] == {"status": "active"}
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.create_async(again)
    assert refused.value.code == "payment_intent_mandate_invalid"


async def test_a_small_deposit_proves_an_account(api):
    asked = {
        "payment_method_options": {"us_bank_account": {"verification_method": "microdeposits"}}
    }
    intent = await debit(api, **asked)
    assert intent.next_action.type == "verify_with_microdeposits"
    with pytest.raises(stripe.InvalidRequestError) as refused:
        await api.v1.payment_intents.verify_microdeposits_async(
            intent.id, {"descriptor_code": "SM99ZZ"}
        )
    assert refused.value.code == "payment_method_microdeposit_verification_amounts_mismatch"
    verified = await api.v1.payment_intents.verify_microdeposits_async(
        intent.id, {"descriptor_code": "SM11AA"}
    )
    assert verified.status == "processing"
    never = await debit(api, "000666666661", **asked)
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_intents.verify_microdeposits_async(
            never.id, {"descriptor_code": "SM11AA"}
        )


async def test_a_routing_number_has_nine_digits(api):
    with pytest.raises(stripe.InvalidRequestError):
        await api.v1.payment_methods.create_async(
            {
                "type": "us_bank_account",
                "us_bank_account": {"account_number": "000123456789", "routing_number": "1100"},
                "billing_details": {"name": "Ellen Ray"},
            }
        )


async def test_a_bank_refund_takes_its_time_and_may_come_back(api, sandbox, received):
    intent = await debit(api)
    with pytest.raises(stripe.InvalidRequestError) as too_early:
        await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert too_early.value.code == "payment_intent_unexpected_state"
    sandbox.control(f"payments/{intent.id}/settle")
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id, "amount": 5_000})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    sandbox.control("clock/advance", seconds=3_601)
    assert (await api.v1.refunds.retrieve_async(refund.id)).status == "succeeded"
    updated = received.wait_for("refund.updated", refund.id)
    assert updated["data"]["previous_attributes"]["status"] == "pending"
    sandbox.control(f"refunds/{refund.id}/settle")
    told = await api.v1.events.list_async({"type": "refund.updated"})
    assert len(told.data) == 1
    sandbox.control(f"refunds/{refund.id}/fail")
    received.wait_for("refund.failed", refund.id)
    charge = await api.v1.charges.retrieve_async(refund.charge)
    assert charge.amount_refunded == 0


async def test_a_bank_refund_that_has_not_left_can_be_stopped(api, sandbox):
    intent = await debit(api)
    sandbox.control(f"payments/{intent.id}/settle")
    refund = await api.v1.refunds.create_async({"payment_intent": intent.id})
    stopped = await api.v1.refunds.cancel_async(refund.id)
    assert stopped.status == "canceled"
    again = await api.v1.refunds.create_async({"payment_intent": intent.id})
    assert again.amount == 20_000
