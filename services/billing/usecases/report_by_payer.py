"""Staff look at who was invoiced, who has paid and who owes (R53)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from services.billing.domain.company import Company
from services.billing.domain.listing import InvoicePage
from services.billing.domain.report import (
    PAGE_SIZE,
    Column,
    PayerFigures,
    Preset,
    Report,
    ReportQuery,
    period_of,
)


class Figures(Protocol):
    """Where the sums come from."""

    async def report(self, query: ReportQuery) -> Report:
        """A page of payers and the totals of all of them."""

    def every_payer(self, query: ReportQuery) -> AsyncIterator[PayerFigures]:
        """All payers in order, while they arrive."""

    async def invoices(self, query: ReportQuery) -> InvoicePage:
        """One page of the invoices behind the sums, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """What somebody asked for. Empty texts mean all; the days count for a period of one's own."""

    preset: Preset = Preset.THIS_YEAR
    first: date | None = None
    last: date | None = None
    role: str = ""
    status: str = ""
    words: str = ""
    payer_key: str = ""
    column: Column = Column.OUTSTANDING
    descending: bool = True
    after: str = ""
    limit: int = PAGE_SIZE


def query_of(
    wish: ReportWish, company_id: str, company: Company | None, now: datetime
) -> ReportQuery:
    """The wish on the company's own calendar and in its currency. Raises InvalidPeriodError."""
    today = now.astimezone(ZoneInfo(company.time_zone if company else "UTC")).date()
    return ReportQuery(
        company_id=company_id,
        currency=company.currency if company else "USD",
        today=today,
        period=period_of(wish.preset, today, wish.first, wish.last),
        role=wish.role,
        status=wish.status,
        words=wish.words,
        payer_key=wish.payer_key,
        column=wish.column,
        descending=wish.descending,
        after=wish.after,
        limit=wish.limit,
    )


async def report_by_payer(query: ReportQuery, *, figures: Figures) -> Report:
    """One page of payers with the totals of all of them."""
    return await figures.report(query)
