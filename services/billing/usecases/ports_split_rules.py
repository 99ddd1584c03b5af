"""Where a company's split rules are kept."""

from typing import Protocol

from services.billing.domain.split_rules import SplitRule


class SplitRules(Protocol):
    """One company's rules, by their order and then their name."""

    async def of_company(self, company_id: str) -> list[SplitRule]:
        """All of them, in use or not."""

    async def rule(self, company_id: str, rule_id: str) -> SplitRule:
        """Raises SplitRuleNotFoundError."""

    async def keep(self, rule: SplitRule) -> None:
        """Write it whole; once more changes nothing. Another company's is never touched."""

    async def remove(self, company_id: str, rule_id: str) -> None:
        """Forget it; once more changes nothing. Invoices it has made stay."""
