"""What billing relies on from its card processor; the pretended one promises the same."""

from dataclasses import replace

import pytest

from services.billing.domain.attempt import AttemptState
from services.billing.domain.payment import Method
from services.billing.domain.refund import RefundState
from services.billing.usecases.ports import GatewayUnavailableError, RejectedError
from tests.contract.billing.conftest import a_refund


async def state_of(world, attempt):
    seen = await world.gateway.attempt_state(attempt)
    assert seen is not None
    return seen


async def with_intent(world, attempt):
    seen = await state_of(world, attempt)
    return replace(attempt, payment_intent_id=seen.payment_intent_id, state=seen.state)


async def test_the_same_attempt_always_gets_the_same_page(world, attempt):
    pages = [
        await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
        for _ in range(3)
    ]
    assert len({page.session_id for page in pages}) == 1
    assert pages[0].url


async def test_nobody_has_paid_yet(world, opened):
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.AWAITING_PAYER
    assert seen.failure is None


async def test_a_card_pays_at_once(world, opened):
    await world.pay_by_card(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.SUCCEEDED
    assert seen.amount_cents == 45_000
    assert seen.method is Method.CARD
    assert seen.method_label == "Visa ending 4242"
    assert seen.payment_intent_id


async def test_a_declined_card_leaves_the_page_open_and_says_why(world, opened):
    await world.decline(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.AWAITING_PAYER
    assert seen.failure is not None
    assert "declined" in seen.failure.reason
    await world.pay_by_card(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.SUCCEEDED
    assert seen.failure is None


async def test_a_bank_that_asks_for_the_payer_and_is_satisfied(world, opened):
    await world.pay_by_a_card_that_asks(opened)
    assert (await state_of(world, opened)).state is AttemptState.REQUIRES_ACTION
    await world.answer_the_bank(opened, passed=True)
    assert (await state_of(world, opened)).state is AttemptState.SUCCEEDED


async def test_a_bank_that_asks_for_the_payer_and_is_not_satisfied(world, opened):
    await world.pay_by_a_card_that_asks(opened)
    await world.answer_the_bank(opened, passed=False)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.AWAITING_PAYER
    assert seen.failure is not None
    assert seen.failure.code == "payment_intent_authentication_failure"


async def test_a_payer_who_leaves_the_bank_can_be_sent_away(world, opened):
    await world.pay_by_a_card_that_asks(opened)
    assert (await world.gateway.expire_checkout(opened)).state is AttemptState.EXPIRED


async def test_a_bank_payment_is_processing_and_then_arrives(world, opened):
    await world.pay_by_bank(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.PROCESSING
    assert seen.amount_cents == 45_000
    assert seen.method is Method.BANK
    assert seen.method_label.startswith("Bank account ending ")
    await world.settle(opened)
    assert (await state_of(world, opened)).state is AttemptState.SUCCEEDED


async def test_a_bank_payment_that_bounces_has_failed(world, opened):
    await world.pay_by_bank(opened)
    await world.bounce(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.FAILED
    assert seen.failure is not None
    assert seen.failure.code == "insufficient_funds"
    assert "customer" not in seen.failure.reason.lower(), "the payer reads it"


async def test_closing_an_open_page_expires_it(world, opened):
    assert (await world.gateway.expire_checkout(opened)).state is AttemptState.EXPIRED
    assert (await world.gateway.expire_checkout(opened)).state is AttemptState.EXPIRED


async def test_closing_a_paid_page_tells_that_it_is_paid(world, opened):
    await world.pay_by_card(opened)
    assert (await world.gateway.expire_checkout(opened)).state is AttemptState.SUCCEEDED


async def test_a_refund_goes_through_once_per_refund(world, opened):
    await world.pay_by_card(opened)
    paid = await with_intent(world, opened)
    refund = a_refund(paid, 20_000)
    first = await world.gateway.refund(refund, paid)
    again = await world.gateway.refund(refund, paid)
    assert first.provider_refund_id == again.provider_refund_id
    assert first.state is RefundState.SUCCEEDED
    assert first.refund_id == refund.refund_id
    another = await world.gateway.refund(a_refund(paid, 20_000), paid)
    assert another.provider_refund_id != first.provider_refund_id
    seen = await state_of(world, paid)
    assert [r.amount_cents for r in seen.refunds] == [20_000, 20_000]


async def test_more_than_was_paid_is_rejected(world, opened):
    await world.pay_by_card(opened)
    paid = await with_intent(world, opened)
    with pytest.raises(RejectedError):
        await world.gateway.refund(a_refund(paid, 45_001), paid)


async def test_a_bank_refund_is_pending_at_first(world, opened):
    await world.pay_by_bank(opened)
    await world.settle(opened)
    paid = await with_intent(world, opened)
    refund = await world.gateway.refund(a_refund(paid, 45_000), paid)
    assert refund.state is RefundState.PENDING


async def test_a_refund_made_elsewhere_is_seen(world, opened):
    await world.pay_by_card(opened)
    await world.refund_elsewhere(opened, 5_000)
    [refund] = (await state_of(world, opened)).refunds
    assert refund.refund_id is None
    assert refund.amount_cents == 5_000


async def test_a_dispute_is_seen_with_its_amount(world, opened):
    await world.pay_by_card(opened)
    await world.dispute(opened)
    seen = await state_of(world, opened)
    assert seen.state is AttemptState.SUCCEEDED
    [dispute] = seen.disputes
    assert dispute.open
    assert dispute.amount_cents == 45_000


async def test_a_lost_answer_is_found_by_the_same_key(world, attempt):
    await world.lose_the_next_answer()
    with pytest.raises(GatewayUnavailableError):
        await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    found = await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    again = await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)
    assert found.session_id == again.session_id


async def test_being_told_to_wait_is_no_answer(world, attempt):
    await world.refuse_the_next_call()
    with pytest.raises(GatewayUnavailableError):
        await world.gateway.start_checkout(attempt, accepts_bank=True, accepts_card=True)


async def test_the_account_says_what_it_can_do(world):
    status = await world.gateway.account_status(None)
    assert status.charges_enabled
    assert status.bank_payments
