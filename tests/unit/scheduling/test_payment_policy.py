"""Which settings of a company exclude which, and what an inspection takes over from them."""

from itertools import product

import pytest

from services.scheduling.domain.payment_policy import PaymentPolicy, release_policy_for
from services.scheduling.domain.refusals import (
    DeferredPaymentBlockedError,
    DeferredPaymentOnError,
    OpenThirdPartyInvoicesError,
    ReportLockedByPolicyError,
    RequirePaymentLockedError,
    ThirdPartyProviderError,
)
from shared.problems import RefusalError

COLLECTS_LATER = PaymentPolicy(collect_payment_after_publish=True)


def test_everything_is_off_until_it_is_turned_on():
    policy = PaymentPolicy()
    assert (policy.collect_payment_after_publish, policy.allow_deferred_payment) == (False, False)


@pytest.mark.parametrize("provider", ["integrated", "none"])
def test_collecting_after_publish_is_possible_with_integrated_payments_and_without(provider):
    policy = PaymentPolicy(payments_provider=provider)
    assert policy.changed(collect_payment_after_publish=True).collect_payment_after_publish


def test_collecting_after_publish_is_refused_with_a_third_party_integration():
    with pytest.raises(ThirdPartyProviderError):
        PaymentPolicy(payments_provider="third_party").changed(collect_payment_after_publish=True)


def test_a_third_party_integration_is_refused_while_collecting_after_publish():
    with pytest.raises(ThirdPartyProviderError):
        COLLECTS_LATER.changed(payments_provider="third_party")


def test_deferred_payment_is_blocked_while_collecting_after_publish():
    with pytest.raises(DeferredPaymentBlockedError):
        COLLECTS_LATER.changed(allow_deferred_payment=True)


def test_deferred_payment_is_never_switched_off_silently():
    with pytest.raises(DeferredPaymentOnError):
        PaymentPolicy(allow_deferred_payment=True).changed(collect_payment_after_publish=True)


def test_one_request_may_turn_deferred_payment_off_and_collecting_on():
    policy = PaymentPolicy(allow_deferred_payment=True)
    after = policy.changed(allow_deferred_payment=False, collect_payment_after_publish=True)
    assert after == COLLECTS_LATER


def test_deferred_payment_is_refused_while_third_party_invoices_are_open():
    with pytest.raises(OpenThirdPartyInvoicesError) as refusal:
        PaymentPolicy().changed(allow_deferred_payment=True, open_third_party_invoices=2)
    assert "2 third-party invoices are still open" in refusal.value.detail
    assert refusal.value.extra == {"open_invoices": 2}


def test_open_third_party_invoices_do_not_matter_to_a_company_that_defers_already():
    policy = PaymentPolicy(allow_deferred_payment=True)
    after = policy.changed(payments_provider="none", open_third_party_invoices=3)
    assert after.payments_provider == "none"


def test_no_change_ever_leads_to_settings_that_exclude_one_another():
    choices = (None, True, False)
    start = [PaymentPolicy()]
    seen: set[PaymentPolicy] = set()
    while start:
        policy = start.pop()
        if policy in seen:
            continue
        seen.add(policy)
        for provider, collect, defer in product(
            ("integrated", "none", "third_party"), choices, choices
        ):
            try:
                after = policy.changed(
                    payments_provider=provider,
                    collect_payment_after_publish=collect,
                    allow_deferred_payment=defer,
                )
            except RefusalError:
                continue
            start.append(after)
    collecting = [policy for policy in seen if policy.collect_payment_after_publish]
    assert collecting
    assert not any(policy.allow_deferred_payment for policy in collecting)
    assert "third_party" not in {policy.payments_provider for policy in collecting}


def test_every_policy_refusal_has_its_own_code():
    refusals = (
        DeferredPaymentBlockedError,
        DeferredPaymentOnError,
        OpenThirdPartyInvoicesError,
        RequirePaymentLockedError,
        ReportLockedByPolicyError,
        ThirdPartyProviderError,
    )
    assert len({refusal.code for refusal in refusals}) == len(refusals)


def test_a_new_inspection_requires_payment_and_locks_it_while_collecting_after_publish():
    release = release_policy_for(COLLECTS_LATER, require_payment=None)
    assert (release.require_payment, release.require_payment_locked) == (True, True)
    assert release.collect_payment_after_publish


def test_asking_for_the_opposite_while_it_is_locked_is_refused():
    with pytest.raises(RequirePaymentLockedError):
        release_policy_for(COLLECTS_LATER, require_payment=False)


@pytest.mark.parametrize(("asked", "required"), [(None, True), (True, True), (False, False)])
def test_without_the_setting_staff_choose_whether_payment_is_required(asked, required):
    release = release_policy_for(PaymentPolicy(), require_payment=asked)
    assert (release.require_payment, release.require_payment_locked) == (required, False)


def test_a_locked_requirement_cannot_be_switched_off_nor_opened_by_hand():
    release = release_policy_for(COLLECTS_LATER, require_payment=None)
    with pytest.raises(RequirePaymentLockedError):
        release.requiring(payment=False)
    with pytest.raises(ReportLockedByPolicyError):
        release.unlocked(by_staff=True)


def test_staff_open_and_lock_an_unlocked_requirement():
    release = release_policy_for(PaymentPolicy(), require_payment=True)
    opened = release.unlocked(by_staff=True)
    assert opened.unlocked_by_staff
    assert opened.unlocked(by_staff=False) == release
