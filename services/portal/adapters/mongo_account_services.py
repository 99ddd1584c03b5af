"""Visits and recurring services of account customers as pages read them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.portal.adapters.mongo_account_rows import RECURRING_INDEX, VISITS_INDEX
from services.portal.domain import account_rows as rows
from services.portal.usecases.ports_accounts import Account, Cursor
from shared.mongo import Document, Store

NAME, STREET = "service.service_name", "service.site.street"


class MongoServices:
    """Every question names company and account; a list is read in the order of its index."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._visits = store[rows.VISITS.name]
        self._recurring = store[rows.RECURRING.name]

    async def visits(
        self,
        of: Account,
        status: Sequence[str],
        *,
        newest_first: bool,
        limit: int,
        since: datetime | None = None,
        until: datetime | None = None,
        behind: Cursor | None = None,
    ) -> Sequence[rows.VisitRow]:
        """In the order of the index."""
        span = {"$gte": since, "$lt": until}
        wanted: list[Document] = [
            {**_owned(of), "status": {"$in": list(status)}},
            *({"starts_at": {bound: at}} for bound, at in span.items() if at),
            *_behind_visit(behind, newest_first=newest_first),
        ]
        way = -1 if newest_first else 1
        cursor = self._visits.find({"$and": wanted}).hint(VISITS_INDEX)
        found = cursor.sort([("starts_at", way), ("number", way)]).limit(limit)
        return [rows.VisitRow.model_validate(d) for d in await found.to_list(None)]

    async def visit(self, of: Account, inspection_id: str) -> rows.VisitRow | None:
        """By id."""
        document = await _one(self._visits, of, inspection_id)
        return rows.VisitRow.model_validate(document) if document else None

    async def recurring(
        self, of: Account, status: str, *, limit: int, behind: str = ""
    ) -> Sequence[rows.RecurringRow]:
        """In the order of the index."""
        last = await _one(self._recurring, of, behind) if behind else None
        wanted = [{**_owned(of), "service.status": status}, *_behind_recurring(last)]
        cursor = self._recurring.find({"$and": wanted}).hint(RECURRING_INDEX)
        found = cursor.sort([(NAME, 1), (STREET, 1), ("_id", 1)]).limit(limit)
        return [rows.RecurringRow.model_validate(d) for d in await found.to_list(None)]

    async def recurring_service(self, of: Account, recurring_id: str) -> rows.RecurringRow | None:
        """By id."""
        document = await _one(self._recurring, of, recurring_id)
        return rows.RecurringRow.model_validate(document) if document else None


async def _one(collection: Any, of: Account, row_id: str) -> Document | None:
    found: Document | None = await collection.find_one({"_id": row_id, **_owned(of)})
    return found


def _owned(of: Account) -> Document:
    return {"company_id": of.company_id, "account_id": of.account_id}


def _behind_visit(cursor: Cursor | None, *, newest_first: bool) -> list[Document]:
    """The first condition bounds the index, the second decides between visits of one moment."""
    if cursor is None:
        return []
    at, beyond = datetime.fromisoformat(cursor[0]), "$lt" if newest_first else "$gt"
    return [
        {"starts_at": {f"{beyond}e": at}},
        {"$or": [{"starts_at": {beyond: at}}, {"number": {beyond: cursor[1]}}]},
    ]


def _behind_recurring(last: Document | None) -> list[Document]:
    if last is None:
        return []
    name, street = last["service"]["service_name"], last["service"]["site"]["street"]
    same: Document = {NAME: name, STREET: street, "_id": {"$gt": last["_id"]}}
    return [
        {NAME: {"$gte": name}},
        {"$or": [{NAME: {"$gt": name}}, {NAME: name, STREET: {"$gt": street}}, same]},
    ]
