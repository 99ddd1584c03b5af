"""The rows of account customers as pages read them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from services.portal.adapters.mongo_account_rows import OPEN_INDEX
from services.portal.domain import account_rows as rows
from services.portal.domain.account_money import KindTotals, OpenTotals
from services.portal.domain.account_rows import HistoryEntry, Row, Table
from services.portal.domain.account_selection import ParentRow
from services.portal.usecases.ports_accounts import Account, Cursor
from shared.contracts.billing_accounts import SavedMethod
from shared.mongo import Document, Store

R = TypeVar("R", bound=Row)
KINDS = [rows.MULTI, rows.SINGLE]
_OLDEST = [("issued_on", 1), ("number", 1)]
_NEWEST = [("issued_on", -1), ("number", -1)]


class MongoAccounts:
    """Every question names company and account, and is answered from one index."""

    def __init__(self, store: Store) -> None:
        """The portal's own database."""
        self._store = store

    async def account(self, of: Account) -> rows.AccountRow | None:
        """By id."""
        return await self._one(rows.ACCOUNTS, rows.AccountRow, of, of.account_id)

    async def with_email(self, email: str) -> Sequence[tuple[str, rows.AccountRow]]:
        """By the index of addresses; inactive accounts have none."""
        cursor = self._store[rows.ACCOUNTS.name].find({"emails": rows.fold_address(email)})
        found = await cursor.sort("account.name", 1).to_list(None)
        return [(d["company_id"], rows.AccountRow.model_validate(d)) for d in found]

    async def open_totals(self, of: Account, today: date) -> OpenTotals:
        """One pass over the account's part of the index; no document is read."""
        late: Document = {"$lt": ["$due_on", today.isoformat()]}
        pipeline: list[Document] = [
            {"$match": {**_owned(of), "open": True, "kind": {"$in": KINDS}}},
            {
                "$group": {
                    "_id": "$kind",
                    "count": {"$sum": 1},
                    "balance_cents": {"$sum": "$balance_cents"},
                    "overdue_count": {"$sum": {"$cond": [late, 1, 0]}},
                    "overdue_cents": {"$sum": {"$cond": [late, "$balance_cents", 0]}},
                    "oldest_due_on": {"$min": "$due_on"},
                }
            },
        ]
        found = {d.pop("_id"): d for d in await self._store.aggregate(rows.INVOICES.name, pipeline)}
        return OpenTotals(single=_totals(found.get("single")), multi=_totals(found.get("multi")))

    async def open_invoices(
        self, of: Account, kind: rows.SiteKind | None, after: Cursor | None, limit: int
    ) -> Sequence[rows.InvoiceRow]:
        """In the order of the index."""
        wanted = {**_owned(of), "open": True, "kind": kind or {"$in": KINDS}, **_past(after, "$gt")}
        cursor = self._invoices.find(wanted).hint(OPEN_INDEX).sort(_OLDEST).limit(limit)
        return [rows.InvoiceRow.model_validate(d) for d in await cursor.to_list(None)]

    async def open_parents(self, of: Account) -> Sequence[ParentRow]:
        """One pass over the account's multi-site part of the index; no document is read."""
        pipeline: list[Document] = [
            {"$match": {**_owned(of), "open": True, "kind": rows.MULTI}},
            {
                "$group": {
                    "_id": "$order_id",
                    "number": {"$first": "$order_number"},
                    "count": {"$sum": 1},
                    "balance_cents": {"$sum": "$balance_cents"},
                    "issued_on": {"$min": "$issued_on"},
                    "due_on": {"$min": "$due_on"},
                }
            },
        ]
        found = [
            ParentRow(
                order_id=d["_id"],
                number=d["number"],
                count=d["count"],
                balance_cents=d["balance_cents"],
                issued_on=date.fromisoformat(d["issued_on"]),
                due_on=date.fromisoformat(d["due_on"]),
            )
            for d in await self._store.aggregate(rows.INVOICES.name, pipeline)
        ]
        return sorted(found, key=lambda parent: (parent.issued_on, parent.number))

    async def open_children(
        self, of: Account, order_id: str, limit: int
    ) -> Sequence[rows.InvoiceRow]:
        """By the index of orders."""
        wanted = {**_owned(of), "order_id": order_id, "open": True, "kind": rows.MULTI}
        cursor = self._invoices.find(wanted).hint("order").sort(_OLDEST).limit(limit)
        return [rows.InvoiceRow.model_validate(d) for d in await cursor.to_list(None)]

    async def invoices(self, of: Account, invoice_ids: Sequence[str]) -> Sequence[rows.InvoiceRow]:
        """By ids."""
        cursor = self._invoices.find({"_id": {"$in": list(invoice_ids)}, **_owned(of)})
        return [rows.InvoiceRow.model_validate(d) for d in await cursor.to_list(None)]

    async def all_invoices(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[rows.InvoiceRow]:
        """In the order of the index."""
        wanted = {**_owned(of), **_past(before, "$lt")}
        cursor = self._invoices.find(wanted).hint("recent").sort(_NEWEST).limit(limit)
        return [rows.InvoiceRow.model_validate(d) for d in await cursor.to_list(None)]

    async def order_known(self, of: Account, order_id: str) -> str | None:
        """By the index of orders."""
        wanted = {**_owned(of), "order_id": order_id, "kind": rows.MULTI}
        found: Document | None = await self._invoices.find_one(wanted, {"order_number": 1})
        return str(found["order_number"]) if found else None

    async def history(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[HistoryEntry]:
        """Two short reads, each in the order of its index, merged."""
        payments = self._store[rows.HISTORY.name].find({**_owned(of), **_earlier(before)})
        credited = self._invoices.find(
            {**_owned(of), "credit_cents": {"$gt": 0}, **_credited_earlier(before)}
        )
        paid = await payments.sort([("at", -1), ("_id", -1)]).limit(limit).to_list(None)
        granted = await credited.sort([("issued_on", -1), ("_id", -1)]).limit(limit).to_list(None)
        entries = [*map(_payment_entry, paid), *map(_credit_entry, granted)]
        return sorted(entries, key=lambda e: (e.at, e.entry_id), reverse=True)[:limit]

    async def payment(self, of: Account, entry_id: str) -> rows.HistoryRow | None:
        """By id."""
        return await self._one(rows.HISTORY, rows.HistoryRow, of, entry_id)

    async def prepayments(
        self, of: Account, before: Cursor | None, limit: int
    ) -> Sequence[rows.PrepaymentRow]:
        """In the order of the index."""
        found = self._store[rows.PREPAYMENTS.name].find({**_owned(of), **_earlier(before)})
        listed = await found.sort([("at", -1), ("_id", -1)]).limit(limit).to_list(None)
        return [rows.PrepaymentRow.model_validate(d) for d in listed]

    async def methods(self, of: Account) -> Sequence[SavedMethod]:
        """All of the account; there are few."""
        found = await self._store[rows.METHODS.name].find(_owned(of)).to_list(None)
        methods = [rows.MethodRow.model_validate(d).method for d in found]
        left = [method for method in methods if not method.removed]
        return sorted(left, key=lambda method: (not method.is_default, method.label))

    async def autopay(self, of: Account) -> rows.AutopayRow | None:
        """By id."""
        return await self._one(rows.AUTOPAY, rows.AutopayRow, of, of.account_id)

    @property
    def _invoices(self) -> Any:
        return self._store[rows.INVOICES.name]

    async def _one(self, table: Table, shape: type[R], of: Account, row_id: str) -> R | None:
        document = await self._store[table.name].find_one({"_id": row_id, **_owned(of)})
        return shape.model_validate(document) if document else None


def _owned(of: Account) -> Document:
    return {"company_id": of.company_id, "account_id": of.account_id}


def _totals(found: Document | None) -> KindTotals:
    if found is None:
        return KindTotals()
    return KindTotals(**{**found, "oldest_due_on": date.fromisoformat(found["oldest_due_on"])})


def _past(cursor: Cursor | None, beyond: str) -> Document:
    """Rows behind the cursor in an order by day of issue and number."""
    if cursor is None:
        return {}
    day, number = cursor
    return {"$or": [{"issued_on": {beyond: day}}, {"issued_on": day, "number": {beyond: number}}]}


def _earlier(before: Cursor | None) -> Document:
    if before is None:
        return {}
    at, entry_id = datetime.fromisoformat(before[0]), before[1]
    return {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": entry_id}}]}


def _credited_earlier(before: Cursor | None) -> Document:
    """A credit counts from the beginning of its invoice's day."""
    if before is None:
        return {}
    at, entry_id = datetime.fromisoformat(before[0]), before[1]
    day = at.astimezone(UTC).date()
    if at > _beginning(day):
        return {"issued_on": {"$lte": day.isoformat()}}
    same: Document = {"issued_on": day.isoformat(), "_id": {"$lt": entry_id}}
    return {"$or": [{"issued_on": {"$lt": day.isoformat()}}, same]}


def _beginning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _payment_entry(document: Document) -> HistoryEntry:
    row = rows.HistoryRow.model_validate(document)
    return HistoryEntry(row.at, row.entry_id, row, None)


def _credit_entry(document: Document) -> HistoryEntry:
    row = rows.InvoiceRow.model_validate(document)
    return HistoryEntry(_beginning(row.issued_on), row.invoice_id, None, row)
