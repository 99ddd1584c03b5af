"""The owner saves a way to divide bills, new or changed."""

from services.billing.domain.split_refusals import TooManySplitRulesError
from services.billing.domain.split_rules import RULES_MAX, SplitRule
from services.billing.usecases.ports_split_rules import SplitRules


async def keep_split_rule(rule: SplitRule, *, rules: SplitRules) -> SplitRule:
    """Write it; invoices it has made before stay as they are.

    Raises ChooseServiceOrAmountError, TooManySplitRulesError.
    """
    _ = rule.kind  # raises when the rule says nothing, or two things
    known = await rules.of_company(rule.company_id)
    if len(known) >= RULES_MAX and all(each.rule_id != rule.rule_id for each in known):
        raise TooManySplitRulesError(maximum=RULES_MAX)
    await rules.keep(rule)
    return rule
