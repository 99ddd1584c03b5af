"""The report by payer from the flat invoices: one aggregation, ended by an index range."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from services.billing.adapters.mongo_shapes import value
from services.billing.domain.listing import InvoicePage, InvoiceRow
from services.billing.domain.report import (
    AGES,
    FIGURES,
    Column,
    Figures,
    PayerFigures,
    Report,
    ReportQuery,
    cursor_of,
    cursor_read,
)
from shared.mongo import Document, Store

_FLAT = {
    "invoiced_cents": "$total_cents",
    "collected_cents": "$paid_cents",
    "processing_cents": "$processing_cents",
    "outstanding_cents": "$balance_cents",
    "refunded_cents": "$refunded_cents",
    "disputed_cents": "$disputed_cents",
}
_LATE = ("late_30_cents", "late_60_cents", "late_90_cents", "late_more_cents")
_PAYER = {"$ifNull": ["$payer_key", "$_id"]}
_SURPLUS = {
    "$subtract": [
        {"$add": ["$collected_cents", "$processing_cents", "$outstanding_cents"]},
        "$invoiced_cents",
    ]
}
_OVERDUE = {"$subtract": ["$outstanding_cents", "$not_due_cents"]}
_ORDERED_BY = {column: f"{column.value}_cents" for column in Column} | {Column.PAYER: "name_order"}


class ReportFigures:
    """Sums by payer, one company each."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._store = store

    async def report(self, query: ReportQuery) -> Report:
        """A page of payers and the totals of all of them, in one question."""
        found = await self._store.aggregate("invoices", report_pipeline(query))
        page, totals = found[0]["page"], found[0]["totals"]
        rows = page[: query.limit]
        last = rows[-1] if len(page) > query.limit else None
        ordered_by = _ORDERED_BY[query.column]
        return Report(
            rows=tuple(_row(row) for row in rows),
            totals=_figures(totals[0]) if totals else Figures(),
            payers=totals[0]["payers"] if totals else 0,
            next_cursor=cursor_of(last[ordered_by], last["_id"]) if last else None,
        )

    async def every_payer(self, query: ReportQuery) -> AsyncIterator[PayerFigures]:
        """All payers in order, while they arrive."""
        pipeline = [*payers_pipeline(query), {"$sort": _order(query)}]
        cursor = self._store["invoices"].aggregate(pipeline, allowDiskUse=True)
        if hasattr(cursor, "__await__"):
            cursor = await cursor
        async for row in cursor:
            yield _row(row)

    async def invoices(self, query: ReportQuery) -> InvoicePage:
        """One page of the invoices behind the sums, newest first."""
        wanted = wanted_invoices(query)
        if query.after:
            wanted["sort"] = {"$lt": query.after}
        found = self._store["invoices"].find(wanted).sort("sort", -1).limit(query.limit + 1)
        rows = [row async for row in found]
        more = len(rows) > query.limit
        rows = rows[: query.limit]
        return InvoicePage(
            rows=tuple(value(InvoiceRow, row, key="invoice_id") for row in rows),
            next_cursor=rows[-1]["sort"] if more else None,
        )


def wanted_invoices(query: ReportQuery) -> Document:
    """The flat invoices that count."""
    wanted: Document = {"company_id": query.company_id, "currency": query.currency}
    issued = {
        bound: day.isoformat()
        for bound, day in (("$gte", query.period.first), ("$lte", query.period.last))
        if day
    }
    if issued:
        wanted["issued_on"] = issued
    if query.role:
        wanted["payer_role"] = query.role
    if query.status:
        wanted["status"] = query.status
    if query.payer_key:
        wanted["payer_key"] = query.payer_key
    if query.words:
        wanted["payer_name"] = {"$regex": re.escape(query.words), "$options": "i"}
    return wanted


def payers_pipeline(query: ReportQuery) -> list[Document]:
    """One document per payer and role, unordered."""
    sums: Document = {name: {"$sum": source} for name, source in _FLAT.items()}
    return [
        {"$match": wanted_invoices(query)},
        {
            "$group": {
                "_id": {"$concat": [_PAYER, ":", {"$ifNull": ["$payer_role", ""]}]},
                "payer_key": {"$first": _PAYER},
                "role": {"$first": "$payer_role"},
                "payer_name": {"$max": "$payer_name"},
                "role_label": {"$max": "$role_label"},
                "invoices": {"$sum": 1},
                **sums,
                **_aged(query),
            }
        },
        {
            "$set": {
                "surplus_cents": _SURPLUS,
                "overdue_cents": _OVERDUE,
                "name_order": {"$toLower": "$payer_name"},
            }
        },
    ]


def report_pipeline(query: ReportQuery) -> list[Document]:
    """The page and the totals from one reading of the invoices."""
    return [
        *payers_pipeline(query),
        {
            "$facet": {
                "page": [
                    *_from_the_cursor_on(query),
                    {"$sort": _order(query)},
                    {"$limit": query.limit + 1},
                ],
                "totals": [
                    {
                        "$group": {
                            "_id": None,
                            "payers": {"$sum": 1},
                            **{name: {"$sum": f"${name}"} for name in FIGURES},
                        }
                    }
                ],
            }
        },
    ]


def _aged(query: ReportQuery) -> Document:
    """What is outstanding by how long it has been due; before publish nothing is (C7)."""
    collected: Document = {"$eq": ["$gate", "open"]}
    today = query.today.isoformat()
    spans: dict[str, Document] = {
        "not_due_cents": {"$or": [{"$not": [collected]}, {"$gte": ["$due_on", today]}]}
    }
    later = today
    for name, days in zip(_LATE, (*AGES, None), strict=True):
        within: list[Document] = [collected, {"$lt": ["$due_on", later]}]
        if days is not None:
            later = (query.today - timedelta(days=days)).isoformat()
            within.append({"$gte": ["$due_on", later]})
        spans[name] = {"$and": within}
    return {
        name: {"$sum": {"$cond": [within, "$balance_cents", 0]}} for name, within in spans.items()
    }


def _order(query: ReportQuery) -> dict[str, int]:
    way = -1 if query.descending else 1
    return {_ORDERED_BY[query.column]: way, "_id": way}


def _from_the_cursor_on(query: ReportQuery) -> list[Document]:
    cursor = cursor_read(query.after) if query.after else None
    if cursor is None:
        return []
    value, key = cursor
    ordered_by, beyond = _ORDERED_BY[query.column], "$lt" if query.descending else "$gt"
    later: list[Document] = [
        {ordered_by: {beyond: value}},
        {ordered_by: value, "_id": {beyond: key}},
    ]
    return [{"$match": {"$or": later}}]


def _row(row: Document) -> PayerFigures:
    return PayerFigures(
        payer_key=row["payer_key"],
        payer_name=row["payer_name"],
        role=row["role"] or "",
        role_label=row["role_label"] or "",
        figures=_figures(row),
    )


def _figures(row: Document) -> Figures:
    numbers: dict[str, Any] = {name: row[name] for name in FIGURES}
    return Figures(**numbers)
