"""The sums above the feed, from invoices and payments as billing told them."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pymongo import ASCENDING, IndexModel

from services.notifications.usecases.ports import Takings
from shared.contracts.scheduling import Company
from shared.mongo import Collection, Session, Store

DAYS = 14
STANDING = ["open", "deferred"]
COLLECTIONS = (
    Collection(
        "money_facts",
        indexes=(IndexModel([("company_id", ASCENDING), ("at", ASCENDING)], name="by_time"),),
    ),
)


class MongoFigures:
    """Read only; the facts are kept with the views."""

    def __init__(self, store: Store, session: Session | None = None) -> None:
        """The service's store."""
        self._store = store
        self._session = session

    async def takings(self, company: Company, now: datetime) -> Takings:
        zone = ZoneInfo(company.time_zone)
        today = now.astimezone(zone).date()
        by_day = await self._collected(company, today - timedelta(days=DAYS - 1))
        owed = await self._owed(company.company_id, today)
        cents = tuple(
            by_day.get(today - timedelta(days=DAYS - 1 - back), (0, 0))[0] for back in range(DAYS)
        )
        return Takings(
            collected_today_cents=cents[-1],
            payments_today=by_day.get(today, (0, 0))[1],
            outstanding_cents=owed.get("cents", 0),
            invoices_outstanding=owed.get("count", 0),
            overdue_cents=owed.get("overdue_cents", 0),
            invoices_overdue=owed.get("overdue_count", 0),
            collected_by_day_cents=cents,
        )

    async def _collected(self, company: Company, first: date) -> dict[date, tuple[int, int]]:
        zone = ZoneInfo(company.time_zone)
        since = datetime(first.year, first.month, first.day, tzinfo=zone)
        day = {"$dateToString": {"date": "$at", "format": "%Y-%m-%d", "timezone": str(zone)}}
        rows = await self._store.aggregate(
            "money_facts",
            [
                {"$match": {"company_id": company.company_id, "at": {"$gte": since}}},
                {
                    "$group": {
                        "_id": day,
                        "cents": {"$sum": "$cents"},
                        "count": {"$sum": {"$cond": [{"$gt": ["$cents", 0]}, 1, 0]}},
                    }
                },
            ],
        )
        return {date.fromisoformat(row["_id"]): (row["cents"], row["count"]) for row in rows}

    async def _owed(self, company_id: str, today: date) -> dict[str, Any]:
        balance = "$state.balance_cents"
        late = {"$lt": ["$state.due_on", today.isoformat()]}
        rows = await self._store.aggregate(
            "invoices",
            [
                {
                    "$match": {
                        "company_id": company_id,
                        "state.status": {"$in": STANDING},
                        "state.balance_cents": {"$gt": 0},
                    }
                },
                {
                    "$group": {
                        "_id": None,
                        "cents": {"$sum": balance},
                        "count": {"$sum": 1},
                        "overdue_cents": {"$sum": {"$cond": [late, balance, 0]}},
                        "overdue_count": {"$sum": {"$cond": [late, 1, 0]}},
                    }
                },
            ],
        )
        return rows[0] if rows else {}
