"""The alerts, and each company's numbered stream.

The number comes from one document per company, raised in the transaction that writes the step.
That document is locked until the commit, so numbers appear in order: who has read up to 7 can
never later find a 6.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pymongo import ASCENDING, DESCENDING, IndexModel, ReturnDocument

from services.notifications.adapters.mongo_shapes import alert_document, alert_from
from services.notifications.domain.alert import Alert, Category
from services.notifications.domain.signals import FeedItem, inspection_of
from services.notifications.usecases.ports import AlertFilter
from shared.contracts.event import Event
from shared.mongo import Collection, Document, Session, Store

STEPS_KEPT = timedelta(days=14)
SHOWN_MAX = 50
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
COLLECTIONS = (
    Collection("sequences"),
    Collection("readers"),
    Collection(
        "feed",
        indexes=(
            IndexModel(
                [("company_id", ASCENDING), ("seq", ASCENDING)], name="in_order", unique=True
            ),
            IndexModel(
                [("at", ASCENDING)],
                name="expire",
                expireAfterSeconds=int(STEPS_KEPT.total_seconds()),
            ),
        ),
    ),
    Collection(
        "alerts",
        indexes=(
            IndexModel([("company_id", ASCENDING), ("seq", DESCENDING)], name="newest"),
            IndexModel(
                [("company_id", ASCENDING), ("seq", DESCENDING)],
                name="waiting",
                partialFilterExpression={"waiting": True},
            ),
            IndexModel(
                [("company_id", ASCENDING), ("inspection_id", ASCENDING), ("seq", DESCENDING)],
                name="of_inspection",
            ),
            IndexModel(
                [("company_id", ASCENDING), ("assigned_to", ASCENDING), ("seq", DESCENDING)],
                name="assigned",
            ),
        ),
    ),
)


class MongoFeed:
    """The feeds of all companies; every read names the company."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """Adding needs a session: the number and the step belong together."""
        self._store = store
        self._alerts = store["alerts"]
        self._session = session

    async def add(self, alert: Alert | None, signals: Sequence[str], about: Event) -> bool:
        if alert is not None and await self._alerts.find_one(
            {"_id": alert.alert_id}, {"_id": 1}, session=self._session
        ):
            return False
        seq = await self._append(about.company_id, signals, inspection_of(about), alert)
        if alert is not None:
            await self._alerts.insert_one(alert_document(alert, seq), session=self._session)
        return True

    async def signal(self, company_id: str, signals: Sequence[str]) -> None:
        await self._append(company_id, signals, None, None)

    async def _append(
        self,
        company_id: str,
        signals: Sequence[str],
        inspection_id: str | None,
        alert: Alert | None,
    ) -> int:
        counter = await self._store["sequences"].find_one_and_update(
            {"_id": company_id},
            {"$inc": {"seq": 1}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=self._session,
        )
        seq = int(counter["seq"])
        step = {
            "_id": f"{company_id}:{seq}",
            "company_id": company_id,
            "seq": seq,
            "signals": list(signals),
            "inspection_id": inspection_id,
            "alert_id": alert.alert_id if alert else None,
            "at": datetime.now(UTC),
        }
        await self._store["feed"].insert_one(step, session=self._session)
        return seq

    async def alerts(
        self, company_id: str, wanted: AlertFilter, *, before_seq: int | None, limit: int
    ) -> list[FeedItem]:
        if wanted.category == str(Category.PLATFORM) and not wanted.with_platform:
            return []
        query = _visible(company_id, with_platform=wanted.with_platform) | _asked(wanted)
        if before_seq is not None:
            query["seq"] = {"$lt": before_seq}
        cursor = self._alerts.find(query, session=self._session).sort("seq", DESCENDING)
        return [_item(row, alert_from(row)) async for row in cursor.limit(limit)]

    async def about_inspection(self, company_id: str, inspection_id: str) -> list[Alert]:
        wanted = {
            "company_id": company_id,
            "inspection_id": inspection_id,
            "category": str(Category.PAYMENTS),
        }
        cursor = self._alerts.find(wanted, session=self._session).sort("seq", DESCENDING)
        return [alert_from(row) async for row in cursor.limit(SHOWN_MAX)]

    async def after(self, company_id: str, seq: int, limit: int) -> list[FeedItem]:
        wanted = {"company_id": company_id, "seq": {"$gt": seq}}
        cursor = self._store["feed"].find(wanted).sort("seq", ASCENDING).limit(limit)
        steps = [row async for row in cursor]
        ids = [row["alert_id"] for row in steps if row["alert_id"]]
        rows = self._alerts.find({"_id": {"$in": ids}})
        alerts = {row["_id"]: alert_from(row) async for row in rows}
        return [_item(row, alerts.get(row["alert_id"])) for row in steps]

    async def latest_seq(self, company_id: str) -> int:
        counter = await self._store["sequences"].find_one({"_id": company_id})
        return int(counter["seq"]) if counter else 0

    async def waiting(self, company_id: str, *, with_platform: bool) -> int:
        query = _visible(company_id, with_platform=with_platform) | {"waiting": True}
        return int(await self._alerts.count_documents(query))

    async def unread(self, company_id: str, staff_id: str, *, with_platform: bool) -> int:
        seen = await self.seen_seq(company_id, staff_id)
        query = _visible(company_id, with_platform=with_platform) | {
            "seq": {"$gt": seen},
            "$or": [{"for_all": {"$ne": False}}, {"assigned_to": staff_id}],
        }
        return int(await self._alerts.count_documents(query, limit=100))

    async def assigned(
        self, company_id: str, staff_id: str, *, after: datetime, until: datetime, limit: int
    ) -> list[Alert]:
        wanted = {
            "company_id": company_id,
            "assigned_to": staff_id,
            "at": {"$gt": after, "$lte": until},
        }
        cursor = self._alerts.find(wanted, session=self._session).sort("seq", DESCENDING)
        return [alert_from(row) async for row in cursor.limit(limit)]

    async def seen_seq(self, company_id: str, staff_id: str) -> int:
        row = await self._store["readers"].find_one({"_id": f"{company_id}:{staff_id}"})
        return int(row["seq"]) if row else 0

    async def see(self, company_id: str, staff_id: str, seq: int) -> None:
        await self._store["readers"].update_one(
            {"_id": f"{company_id}:{staff_id}"}, {"$max": {"seq": seq}}, upsert=True
        )

    async def finish(self, company_id: str, alert_id: str, *, by: str, at: datetime) -> bool:
        result = await self._alerts.update_one(
            {"_id": alert_id, "company_id": company_id, "waiting": True},
            {"$set": {"waiting": False, "done_at": at, "done_by": by}},
            session=self._session,
        )
        return bool(result.matched_count)


def _visible(company_id: str, *, with_platform: bool) -> Document:
    hidden = {} if with_platform else {"category": {"$ne": str(Category.PLATFORM)}}
    return {"company_id": company_id, **hidden}


def _item(row: Document, alert: Alert | None) -> FeedItem:
    return FeedItem(
        seq=row["seq"],
        signals=tuple(row.get("signals", ())),
        inspection_id=row.get("inspection_id"),
        alert=alert,
    )


def _asked(wanted: AlertFilter) -> Document:
    named = {
        "category": wanted.category,
        "inspection_id": wanted.inspection_id,
        "_id": wanted.alert_id,
        "assigned_to": wanted.staff_id,
    }
    query: Document = {name: value for name, value in named.items() if value}
    if wanted.waiting_only:
        query["waiting"] = True
    if wanted.unassigned:
        query |= {"resource": {"$gt": ""}, "assigned_to": []}
    if wanted.done:
        query["done_at"] = {"$gt": BEGINNING}
    return query
