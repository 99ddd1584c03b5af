"""Reading account customers and their recurring services."""

from collections.abc import Sequence

from pydantic import TypeAdapter

from services.scheduling.adapters.mongo_reading import MongoReading, by_name, containing
from services.scheduling.adapters.shapes import ACCOUNT, RECURRING
from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.usecases.ports import ListedAccount

LISTED = TypeAdapter(ListedAccount)
ROW = {"name": 1, "people": {"$slice": 1}, "site_count": 1, "terms_days": 1, "active": 1}
"""What a row needs; an account's hundreds of sites stay where they are."""


class MongoAccountLookups(MongoReading):
    """Accounts and what is done for them regularly."""

    async def account(self, company_id: str, account_id: str) -> CustomerAccount:
        return await self._one(ACCOUNT, {"_id": account_id, "company_id": company_id})

    async def accounts_with(self, company_id: str, contact_id: str) -> Sequence[CustomerAccount]:
        where = {"company_id": company_id, "people.contact_id": contact_id}
        return await self._many(ACCOUNT, where)

    async def recurring(self, company_id: str, recurring_id: str) -> RecurringService:
        return await self._one(RECURRING, {"_id": recurring_id, "company_id": company_id})

    async def recurring_of(
        self, company_id: str, account_id: str | None
    ) -> Sequence[RecurringService]:
        where = {"company_id": company_id}
        if account_id is not None:
            where["account_id"] = account_id
        return await self._many(RECURRING, where, sort=[("created_at", 1), ("_id", 1)])

    async def accounts(
        self, company_id: str, *, text: str = "", cursor: str | None = None, limit: int = 25
    ) -> tuple[Sequence[ListedAccount], str | None]:
        where = {"company_id": company_id, **containing(text), **by_name(cursor)}
        found = self._store[ACCOUNT.collection].find(where, ROW, session=self._session)
        found = found.sort([("name", 1), ("_id", 1)]).limit(limit + 1)
        rows = [LISTED.validate_python({**row, "account_id": row["_id"]}) async for row in found]
        if len(rows) <= limit:
            return rows, None
        last = rows[limit - 1]
        return rows[:limit], f"{last.name}~{last.account_id}"
