"""The reminder plan of each company, and the invoices whose reminders are paused."""

from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING, IndexModel

from services.notifications.domain.reminders import ReminderPlan
from shared.mongo import Collection, Session, Store

PLAN = TypeAdapter(ReminderPlan)
COLLECTIONS = (
    Collection(
        "reminder_plans", indexes=(IndexModel([("state.on", ASCENDING)], name="switched_on"),)
    ),
    Collection(
        "reminder_pauses", indexes=(IndexModel([("company_id", ASCENDING)], name="of_company"),)
    ),
)


class MongoReminders:
    """One document per company, one per paused invoice."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._plans = store["reminder_plans"]
        self._pauses = store["reminder_pauses"]
        self._session = session

    async def plan(self, company_id: str) -> ReminderPlan:
        row = await self._plans.find_one({"_id": company_id}, session=self._session)
        return PLAN.validate_python(row["state"]) if row else ReminderPlan()

    async def put(self, company_id: str, plan: ReminderPlan, *, by: str, at: datetime) -> None:
        state = PLAN.dump_python(plan, mode="json")
        await self._plans.replace_one(
            {"_id": company_id},
            {"company_id": company_id, "state": state, "by": by, "at": at},
            upsert=True,
            session=self._session,
        )

    async def companies(self) -> list[str]:
        cursor = self._plans.find({"state.on": True}, {"_id": 1}, session=self._session)
        return [str(row["_id"]) async for row in cursor]

    async def pause(self, company_id: str, invoice_id: str, *, by: str, at: datetime) -> None:
        await self._pauses.update_one(
            {"_id": invoice_id, "company_id": company_id},
            {"$setOnInsert": {"by": by, "at": at}},
            upsert=True,
            session=self._session,
        )

    async def resume(self, company_id: str, invoice_id: str) -> None:
        await self._pauses.delete_one(
            {"_id": invoice_id, "company_id": company_id}, session=self._session
        )
