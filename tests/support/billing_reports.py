"""The report by payer from the books in memory, by the words of its definition."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

from services.billing.adapters.mongo_shapes import invoice_document, value
from services.billing.domain.bill import Bill
from services.billing.domain.invoice import Gate, Invoice
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
    payer_key,
    payer_role,
)
from tests.support.billing_fakes import MemoryBooks

_LATE = ("late_30_cents", "late_60_cents", "late_90_cents", "late_more_cents")


class MemoryReports:
    """Sums by payer."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def report(self, query: ReportQuery) -> Report:
        rows = self._rows(query)
        cursor = cursor_read(query.after) if query.after else None
        ids = [[_order(query, row), _id(row)] for row in rows]
        start = ids.index(list(cursor)) + 1 if cursor else 0
        shown = rows[start : start + query.limit]
        more = start + query.limit < len(rows)
        return Report(
            rows=tuple(shown),
            totals=_sum([row.figures for row in rows]),
            payers=len(rows),
            next_cursor=cursor_of(_order(query, shown[-1]), _id(shown[-1])) if more else None,
        )

    async def every_payer(self, query: ReportQuery) -> AsyncIterator[PayerFigures]:
        for row in self._rows(query):
            yield row

    async def invoices(self, query: ReportQuery) -> InvoicePage:
        documents = [invoice_document(bill, invoice) for bill, invoice in self._wanted(query)]
        found = sorted(documents, key=lambda row: row["sort"], reverse=True)
        found = [row for row in found if not query.after or row["sort"] < query.after]
        rows = found[: query.limit]
        return InvoicePage(
            rows=tuple(value(InvoiceRow, row, key="invoice_id") for row in rows),
            next_cursor=rows[-1]["sort"] if len(found) > query.limit else None,
        )

    def _wanted(self, query: ReportQuery) -> list[tuple[Bill, Invoice]]:
        return [
            (bill, invoice)
            for bill in self._books.state.bills.values()
            for invoice in bill.invoices
            if _counts(query, bill, invoice)
        ]

    def _rows(self, query: ReportQuery) -> list[PayerFigures]:
        found: dict[str, PayerFigures] = {}
        for bill, invoice in self._wanted(query):
            row = PayerFigures(
                payer_key=payer_key(bill.company_id, invoice.payer),
                payer_name=invoice.payer.name,
                role=payer_role(bill, invoice).value,
                role_label=invoice.payer.role_label,
                figures=_figures(query, invoice),
            )
            known = found.get(_id(row))
            if known:
                row = replace(row, figures=_sum([known.figures, row.figures]))
            found[_id(row)] = row
        return sorted(
            found.values(), key=lambda row: (_order(query, row), _id(row)), reverse=query.descending
        )


def _id(row: PayerFigures) -> str:
    return f"{row.payer_key}:{row.role}"


def _order(query: ReportQuery, row: PayerFigures) -> int | str:
    if query.column is Column.PAYER:
        return row.payer_name.lower()
    cents: int = getattr(row.figures, f"{query.column.value}_cents")
    return cents


def _counts(query: ReportQuery, bill: Bill, invoice: Invoice) -> bool:
    period = query.period
    return (
        bill.company_id == query.company_id
        and bill.booking.currency == query.currency
        and (period.first is None or period.first <= invoice.issued_on)
        and (period.last is None or invoice.issued_on <= period.last)
        and query.role in {"", payer_role(bill, invoice).value}
        and query.status in {"", invoice.status.value}
        and query.payer_key in {"", payer_key(bill.company_id, invoice.payer)}
        and query.words.lower() in invoice.payer.name.lower()
    )


def _figures(query: ReportQuery, invoice: Invoice) -> Figures:
    due = invoice.balance_cents
    got = invoice.paid_cents + invoice.processing_cents
    late = (query.today - invoice.due_on) // timedelta(days=1)
    if invoice.gate is not Gate.OPEN or late <= 0:
        aged = {"not_due_cents": due}
    else:
        aged = {_LATE[sum(late > days for days in AGES)]: due}
    return Figures(
        invoices=1,
        invoiced_cents=invoice.total_cents,
        collected_cents=invoice.paid_cents,
        processing_cents=invoice.processing_cents,
        outstanding_cents=due,
        refunded_cents=sum(payment.refunded_cents for payment in invoice.payments),
        disputed_cents=sum(payment.held_cents for payment in invoice.payments),
        surplus_cents=got + due - invoice.total_cents,
        **aged,
    )


def _sum(all_of: list[Figures]) -> Figures:
    return Figures(**{name: sum(getattr(one, name) for one in all_of) for name in FIGURES})
