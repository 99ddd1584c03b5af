"""A company's split rules in memory, behind the same port."""

from services.billing.domain.split_refusals import SplitRuleNotFoundError
from services.billing.domain.split_rules import SplitRule


class MemorySplitRules:
    """One company each, as in the database."""

    def __init__(self) -> None:
        self.rows: dict[str, SplitRule] = {}

    async def of_company(self, company_id: str) -> list[SplitRule]:
        found = (rule for rule in self.rows.values() if rule.company_id == company_id)
        return sorted(found, key=lambda rule: (rule.order, rule.name))

    async def rule(self, company_id: str, rule_id: str) -> SplitRule:
        rule = self.rows.get(rule_id)
        if rule is None or rule.company_id != company_id:
            raise SplitRuleNotFoundError
        return rule

    async def keep(self, rule: SplitRule) -> None:
        self.rows[rule.rule_id] = rule

    async def remove(self, company_id: str, rule_id: str) -> None:
        rule = self.rows.get(rule_id)
        if rule is not None and rule.company_id == company_id:
            del self.rows[rule_id]
