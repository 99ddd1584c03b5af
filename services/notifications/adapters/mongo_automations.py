"""A company's automations: its own ones, and what it changed in the standard set."""

from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING, IndexModel

from services.notifications.domain.automation import STANDARD, STANDARD_BY_ID, Automation
from shared.mongo import Collection, Document, Session, Store

AUTOMATION = TypeAdapter(Automation)
FIELDS = frozenset(Automation.__dataclass_fields__)
SHOWN_MAX = 200
COLLECTIONS = (
    Collection(
        "automations",
        indexes=(
            IndexModel([("company_id", ASCENDING), ("made_at", ASCENDING)], name="of_company"),
        ),
    ),
)


class MongoAutomations:
    """One document per own automation, and per standard one that is not as it came."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._kept = store["automations"]
        self._session = session

    async def all(self, company_id: str) -> list[Automation]:
        cursor = self._kept.find({"company_id": company_id}, session=self._session)
        rows = [_read(row) async for row in cursor.sort("made_at", ASCENDING).limit(SHOWN_MAX)]
        changed = {automation.automation_id: automation for automation in rows}
        standard = [changed.get(found.automation_id, found) for found in STANDARD]
        return [*standard, *(own for own in rows if not own.standard)]

    async def one(self, company_id: str, automation_id: str) -> Automation | None:
        row = await self._kept.find_one(
            {"_id": f"{company_id}:{automation_id}", "company_id": company_id},
            session=self._session,
        )
        return _read(row) if row else STANDARD_BY_ID.get(automation_id)

    async def put(self, company_id: str, automation: Automation, *, by: str, at: datetime) -> None:
        document = AUTOMATION.dump_python(automation, mode="json")
        await self._kept.update_one(
            {"_id": f"{company_id}:{automation.automation_id}", "company_id": company_id},
            {"$set": {**document, "by": by, "at": at}, "$setOnInsert": {"made_at": at}},
            upsert=True,
            session=self._session,
        )

    async def remove(self, company_id: str, automation_id: str) -> bool:
        result = await self._kept.delete_one(
            {
                "_id": f"{company_id}:{automation_id}",
                "company_id": company_id,
                "standard": False,
            },
            session=self._session,
        )
        return bool(result.deleted_count)


def _read(row: Document) -> Automation:
    kept: Automation = AUTOMATION.validate_python({k: v for k, v in row.items() if k in FIELDS})
    standard = STANDARD_BY_ID.get(kept.automation_id)
    return replace(standard, on=kept.on) if standard and kept.standard else kept
