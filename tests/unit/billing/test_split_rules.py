"""A company's saved ways to divide a bill, applied in one press."""

from dataclasses import replace

import pytest

from services.billing.domain.booking import Person, Role
from services.billing.domain.invoice import Payer
from services.billing.domain.refusals import ChooseServiceOrAmountError, FixedAmountTooLargeError
from services.billing.domain.split_refusals import (
    RuleAlreadyAppliedError,
    RuleFitsNobodyError,
    RuleOffError,
    ServiceNotOnBillError,
    SplitRuleNotFoundError,
    TooManySplitRulesError,
)
from services.billing.domain.split_rules import RULES_MAX, SplitRule
from services.billing.usecases.apply_split_rule import ApplySplitRule, apply_split_rule
from services.billing.usecases.keep_split_rule import keep_split_rule
from services.billing.usecases.preview_split_rule import preview_split_rule
from tests.support.billing_examples import COMPANY, INSPECTION, INSURER, MARCUS, a_booking, a_line
from tests.support.billing_rules import MemorySplitRules
from tests.unit.billing.splitting import totals, void


def a_rule(rule_id="rule", **what):
    given = {"name": "Rule", "role": Role.ADDITIONAL, "role_label": "Insurer"}
    return SplitRule(rule_id=rule_id, company_id=COMPANY, **{**given, **what})


async def press(office, rule, *, invoice_id="third", only_look=False):
    rules = MemorySplitRules()
    await keep_split_rule(rule, rules=rules)
    command = ApplySplitRule(
        company_id=COMPANY, inspection_id=INSPECTION, rule_id="rule", invoice_id=invoice_id
    )
    work = preview_split_rule if only_look else apply_split_rule
    return await work(
        command, books=office.books, rules=rules, clock=office.clock, own_accounts=False
    )


async def test_half_to_the_insurer_in_one_press_and_never_twice(splitting):
    rule = a_rule(basis_points=5_000)
    assert (await press(splitting, rule, only_look=True)).share_cents == 40_000
    for _ in range(2):
        await press(splitting, rule)
    assert totals(splitting) == [40_000, 40_000]
    assert splitting.bill.third_parties[0].payer == INSURER
    with pytest.raises(RuleAlreadyAppliedError) as refused:
        await press(splitting, rule, invoice_id="again")
    assert refused.value.extra == {"invoice_id": "third"}
    seen = await press(splitting, rule, invoice_id="again", only_look=True)
    assert seen.refusal.code == "rule_already_applied"
    await void(splitting)
    await press(splitting, rule, invoice_id="again")
    assert totals(splitting) == [40_000, 0, 40_000]


async def test_radon_to_the_agent_by_catalogue_id_and_by_name(splitting):
    radon = replace(a_line("l2", 15_000, "Radon test"), service_id="radon-id")
    lines = (a_line("home", 47_500), radon)
    await splitting.follow(lines=lines)
    by_name = {"role": Role.AGENT, "role_label": "", "service_name": " radon TEST "}
    await press(splitting, a_rule(**by_name))
    assert splitting.bill.invoice("third").line_ids == ("l2",)
    assert splitting.bill.invoice("third").payer == MARCUS
    await void(splitting)
    await press(splitting, a_rule(service_id="radon-id", service_name="Renamed"), invoice_id="id")
    assert splitting.bill.invoice("id").line_ids == ("l2",)
    await void(splitting, "id")
    with pytest.raises(ServiceNotOnBillError, match="Sewer scope is not on this bill"):
        await press(splitting, a_rule(service_name="Sewer scope"), invoice_id="x")


async def test_equal_parts_go_to_everybody_who_fits_and_the_rest_to_the_first(splitting):
    second = Payer(contact_id="second", name="Coast", role_label="Insurer", email="c@example.com")
    people = (*a_booking().people, Person(role=Role.ADDITIONAL, payer=second))
    await splitting.follow(people=people)
    await press(splitting, a_rule(equal_parts=True))
    assert totals(splitting) == [26_667, 26_667, 26_666]
    await void(splitting, "third")
    await void(splitting, "third-2")
    await press(splitting, a_rule(fixed_cents=100), invoice_id="first")
    assert [i.payer.name for i in splitting.bill.third_parties if not i.voided] == [INSURER.name]


async def test_a_rule_without_its_person_or_its_use_is_refused(splitting):
    with pytest.raises(RuleFitsNobodyError) as nobody:
        await press(splitting, a_rule(role_label="Lender", fixed_cents=100))
    assert (nobody.value.detail, nobody.value.extra) == (
        "There is no Lender in People",
        {"role": "Lender"},
    )
    with pytest.raises(RuleFitsNobodyError, match="There is no second client in People"):
        await press(splitting, a_rule(role=Role.CLIENT, role_label="", fixed_cents=100))
    with pytest.raises(RuleOffError):
        await press(splitting, a_rule(fixed_cents=100, active=False))
    with pytest.raises(FixedAmountTooLargeError):
        await press(splitting, a_rule(fixed_cents=80_001))


@pytest.mark.parametrize(
    "what", [{}, {"fixed_cents": 5, "equal_parts": True}, {"basis_points": 10_001}]
)
async def test_a_rule_says_exactly_one_thing(what):
    with pytest.raises(ChooseServiceOrAmountError):
        await keep_split_rule(a_rule(**what), rules=MemorySplitRules())


async def test_a_company_keeps_fifty_rules_and_no_other_company_sees_them():
    rules = MemorySplitRules()
    for at in range(RULES_MAX):
        await keep_split_rule(a_rule(f"rule-{at}", fixed_cents=5, order=at), rules=rules)
    await keep_split_rule(a_rule("rule-1", fixed_cents=6), rules=rules)
    with pytest.raises(TooManySplitRulesError):
        await keep_split_rule(a_rule("one-more", fixed_cents=5), rules=rules)
    assert await rules.of_company("other") == []
    with pytest.raises(SplitRuleNotFoundError):
        await rules.rule("other", "rule-1")
