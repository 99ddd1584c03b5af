"""The rows of account customers in MongoDB: one collection per kind, one index per question.

A row is `{_id, company_id, revision, account_id, ...}`. Days are ISO text, which sorts; instants
are dates of the database. What a page adds up is in the index, so that no document is read for it.
"""

from collections import defaultdict
from collections.abc import Collection as Some
from collections.abc import Iterable
from datetime import datetime

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne

from services.portal.domain import account_rows as rows
from services.portal.domain.account_rows import Known, RowFact
from shared.mongo import Collection, Document, Session, Store

OWNED = (("company_id", ASCENDING), ("account_id", ASCENDING))
OPEN_INDEX = "open"
VISITS_INDEX = "in_order"
RECURRING_INDEX = "by_name"
COLLECTIONS = (
    Collection(
        rows.INVOICES.name,
        indexes=(
            IndexModel(
                [
                    *OWNED,
                    ("open", ASCENDING),
                    ("kind", ASCENDING),
                    ("issued_on", ASCENDING),
                    ("number", ASCENDING),
                    ("due_on", ASCENDING),
                    ("balance_cents", ASCENDING),
                    ("order_id", ASCENDING),
                    ("order_number", ASCENDING),
                ],
                name=OPEN_INDEX,
                partialFilterExpression={"open": True},
            ),
            IndexModel([*OWNED, ("issued_on", DESCENDING), ("number", DESCENDING)], name="recent"),
            IndexModel(
                [*OWNED, ("order_id", ASCENDING), ("issued_on", ASCENDING), ("number", ASCENDING)],
                name="order",
                partialFilterExpression={"kind": rows.MULTI},
            ),
            IndexModel(
                [*OWNED, ("issued_on", DESCENDING), ("_id", DESCENDING)],
                name="credits",
                partialFilterExpression={"credit_cents": {"$gt": 0}},
            ),
        ),
    ),
    Collection(
        rows.HISTORY.name,
        indexes=(IndexModel([*OWNED, ("at", DESCENDING), ("_id", DESCENDING)], name="recent"),),
    ),
    Collection(
        rows.VISITS.name,
        indexes=(
            IndexModel(
                [*OWNED, ("status", ASCENDING), ("starts_at", ASCENDING), ("number", ASCENDING)],
                name=VISITS_INDEX,
            ),
        ),
    ),
    Collection(
        rows.RECURRING.name,
        indexes=(
            IndexModel(
                [
                    *OWNED,
                    ("service.status", ASCENDING),
                    ("service.service_name", ASCENDING),
                    ("service.site.street", ASCENDING),
                    ("_id", ASCENDING),
                ],
                name=RECURRING_INDEX,
            ),
        ),
    ),
    Collection(
        rows.PREPAYMENTS.name,
        indexes=(IndexModel([*OWNED, ("at", DESCENDING), ("_id", DESCENDING)], name="by_time"),),
    ),
    Collection(rows.METHODS.name, indexes=(IndexModel([*OWNED], name="account"),)),
    Collection(rows.AUTOPAY.name),
    Collection(rows.ACCOUNTS.name, indexes=(IndexModel([("emails", ASCENDING)], name="emails"),)),
    Collection(rows.STAFF.name, indexes=(IndexModel([("company_id", ASCENDING)], name="company"),)),
)


class MongoRowProjections:
    """The rows as the bus writes them, in one transaction."""

    def __init__(self, store: Store, session: Session) -> None:
        """`session` is the transaction that also holds the inbox."""
        self._store = store
        self._session = session

    async def known(self, keys: Some[tuple[str, str]]) -> Known:
        """One find per kind, of revisions only."""
        wanted: dict[str, list[str]] = defaultdict(list)
        for table, row_id in keys:
            wanted[table].append(row_id)
        found: dict[tuple[str, str], int] = {}
        for table, ids in wanted.items():
            cursor = self._store[table].find(
                {"_id": {"$in": ids}}, {"revision": 1}, session=self._session
            )
            for document in await cursor.to_list(None):
                found[table, document["_id"]] = document["revision"]
        return found

    async def replace(self, facts: Iterable[RowFact]) -> None:
        """One bulk write per kind."""
        writes: dict[str, list[ReplaceOne[Document]]] = defaultdict(list)
        for fact in facts:
            write = ReplaceOne({"_id": fact.row_id}, row_document(fact), upsert=True)
            writes[fact.table.name].append(write)
        for table, batch in writes.items():
            await self._store[table].bulk_write(batch, ordered=False, session=self._session)


def row_document(fact: RowFact) -> Document:
    """A row as it is kept."""
    instants = {
        name: value
        for name in type(fact.row).model_fields
        if isinstance(value := getattr(fact.row, name), datetime)
    }
    return {
        **fact.row.model_dump(mode="json"),
        **instants,
        "_id": fact.row_id,
        "company_id": fact.company_id,
        "revision": fact.revision,
    }


async def empty_account_rows(store: Store) -> int:
    """Remove every row; their owners are asked to tell them again. Returns how many there were."""
    results = [await store[table.name].delete_many({}) for table in rows.TABLES]
    return sum(result.deleted_count for result in results)
