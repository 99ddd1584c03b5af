"""Alert Resources of each company, and each staff member's own mail preference."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from pymongo import ASCENDING, IndexModel

from services.notifications.domain.staff_mail import MailMode, StaffPreference
from shared.mongo import Collection, Session, Store

PREFERENCE = TypeAdapter(StaffPreference)
COLLECTIONS = (
    Collection("alert_choices"),
    Collection(
        "staff_preferences",
        indexes=(
            IndexModel([("company_id", ASCENDING), ("state.mode", ASCENDING)], name="by_mode"),
        ),
    ),
)


class MongoAlertChoices:
    """One document per company."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._choices = store["alert_choices"]
        self._session = session

    async def chosen(self, company_id: str) -> Mapping[str, tuple[str, ...]]:
        row = await self._choices.find_one({"_id": company_id}, session=self._session)
        return {key: tuple(ids) for key, ids in row["chosen"].items() if ids} if row else {}

    async def put(
        self, company_id: str, chosen: Mapping[str, Sequence[str]], *, by: str, at: datetime
    ) -> None:
        document = {key: sorted(set(ids)) for key, ids in chosen.items() if ids}
        await self._choices.replace_one(
            {"_id": company_id},
            {"company_id": company_id, "chosen": document, "by": by, "at": at},
            upsert=True,
            session=self._session,
        )


class MongoStaffPreferences:
    """One document per person who has chosen something."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """With a session, reads and writes belong to its transaction."""
        self._kept = store["staff_preferences"]
        self._session = session

    async def of(self, company_id: str, staff_id: str) -> StaffPreference:
        row = await self._kept.find_one({"_id": f"{company_id}:{staff_id}"}, session=self._session)
        if row is None:
            return StaffPreference(staff_id=staff_id)
        return PREFERENCE.validate_python(row["state"])

    async def put(self, company_id: str, preference: StaffPreference) -> None:
        await self._kept.replace_one(
            {"_id": f"{company_id}:{preference.staff_id}"},
            {"company_id": company_id, "state": PREFERENCE.dump_python(preference, mode="json")},
            upsert=True,
            session=self._session,
        )

    async def daily(self, company_id: str) -> list[StaffPreference]:
        wanted = {"company_id": company_id, "state.mode": str(MailMode.DAILY)}
        cursor = self._kept.find(wanted, session=self._session)
        return [PREFERENCE.validate_python(row["state"]) async for row in cursor]
