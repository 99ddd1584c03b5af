"""A company's split rules in MongoDB, one document each."""

from pymongo import ASCENDING, IndexModel

from services.billing.adapters.mongo_shapes import document, value
from services.billing.domain.split_refusals import SplitRuleNotFoundError
from services.billing.domain.split_rules import SplitRule
from shared.mongo import Collection, Store

COLLECTIONS: tuple[Collection, ...] = (
    Collection(
        "split_rules",
        indexes=(
            IndexModel(
                [("company_id", ASCENDING), ("order", ASCENDING), ("name", ASCENDING)],
                name="in_order",
            ),
        ),
    ),
)


class MongoSplitRules:
    """The rules of all companies; every query names one."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def of_company(self, company_id: str) -> list[SplitRule]:
        """In their order."""
        found = self._store["split_rules"].find({"company_id": company_id})
        rows = found.sort([("order", ASCENDING), ("name", ASCENDING)])
        return [value(SplitRule, row, key="rule_id") async for row in rows]

    async def rule(self, company_id: str, rule_id: str) -> SplitRule:
        """Raises SplitRuleNotFoundError."""
        row = await self._store["split_rules"].find_one({"_id": rule_id, "company_id": company_id})
        if row is None:
            raise SplitRuleNotFoundError
        return value(SplitRule, row, key="rule_id")

    async def keep(self, rule: SplitRule) -> None:
        """A rule of that id of another company would make the insert fail, and nothing is lost."""
        row = document(SplitRule, rule, key="rule_id")
        query = {"_id": rule.rule_id, "company_id": rule.company_id}
        await self._store["split_rules"].replace_one(query, row, upsert=True)

    async def remove(self, company_id: str, rule_id: str) -> None:
        """Once more changes nothing."""
        await self._store["split_rules"].delete_one({"_id": rule_id, "company_id": company_id})
