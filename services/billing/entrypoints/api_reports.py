"""JSON and CSV: the report by payer (R53)."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from services.billing.domain.report import Column, Figures, PayerFigures, Preset, ReportQuery
from services.billing.entrypoints.parts import Parts, UsedParts
from services.billing.entrypoints.report_csv import FILE_HEADERS, MEDIA_TYPE, csv_lines
from services.billing.usecases.report_by_payer import ReportWish, query_of, report_by_payer
from shared.identity import ApiClient, Permission, Staff, declares_caller, may
from shared.problem_answers import responses
from shared.problems import ForbiddenError

router = APIRouter(prefix="/api/billing/v1/reports", tags=["reports"])
_reads = may(Permission.READ)


def refuse_inspectors(caller: Staff | ApiClient) -> None:
    """What the company earns is for its office. Raises ForbiddenError."""
    if isinstance(caller, Staff) and caller.role == "inspector":
        raise ForbiddenError("Your role does not include this. Ask an owner of your company.")


async def _office(
    caller: Annotated[Staff | ApiClient, Depends(_reads)],
) -> Staff | ApiClient:
    refuse_inspectors(caller)
    return caller


Office = Annotated[
    Staff | ApiClient, Depends(declares_caller(_office, "staff but inspectors, or API key: read"))
]


class FiguresOut(BaseModel):
    """Sums in cents: invoiced = collected + processing + outstanding − surplus."""

    invoices: int
    invoiced_cents: int
    collected_cents: int
    processing_cents: int
    outstanding_cents: int
    refunded_cents: int
    disputed_cents: int
    surplus_cents: int
    not_due_cents: int
    late_30_cents: int
    late_60_cents: int
    late_90_cents: int
    late_more_cents: int

    @classmethod
    def of(cls, figures: Figures) -> "FiguresOut":
        """From the sums."""
        return cls(**asdict(figures))


class PayerOut(BaseModel):
    """One payer's sums."""

    payer_key: str
    name: str
    role: str
    role_label: str
    figures: FiguresOut

    @classmethod
    def of(cls, row: PayerFigures) -> "PayerOut":
        """From a row of the report."""
        return cls(
            payer_key=row.payer_key,
            name=row.payer_name,
            role=row.role,
            role_label=row.role_label,
            figures=FiguresOut.of(row.figures),
        )


class ReportOut(BaseModel):
    """A page of payers; the totals are of all of them."""

    currency: str
    first: date | None
    last: date | None
    today: date
    payers: int
    totals: FiguresOut
    items: list[PayerOut]
    next_cursor: str | None


class Asked(BaseModel):
    """`first` and `last` are the company's local days; they count for the period `custom`."""

    model_config = ConfigDict(frozen=True)

    period: Preset = Preset.THIS_YEAR
    first: date | None = None
    last: date | None = None
    role: Literal["", "client", "agent", "additional"] = ""
    status: Literal["", "open", "processing", "paid", "deferred", "void"] = ""
    payer: Annotated[str, Field(max_length=100)] = ""
    """Part of the payer's name."""
    payer_key: Annotated[str, Field(max_length=80)] = ""
    order_by: Column = Column.OUTSTANDING
    descending: bool = True
    cursor: Annotated[str, Field(max_length=400)] = ""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


async def _query(asked: Annotated[Asked, Query()], caller: Office, parts: UsedParts) -> ReportQuery:
    wish = ReportWish(
        preset=asked.period,
        first=asked.first,
        last=asked.last,
        role=asked.role,
        status=asked.status,
        words=asked.payer,
        payer_key=asked.payer_key,
        column=asked.order_by,
        descending=asked.descending,
        after=asked.cursor,
        limit=asked.limit,
    )
    company = await parts.lists.company(caller.company_id)
    return query_of(wish, caller.company_id, company, parts.clock())


AskedFor = Annotated[ReportQuery, Depends(_query)]


@router.get("/payers", responses=responses(401, 403, 422))
async def by_payer(query: AskedFor, parts: UsedParts) -> ReportOut:
    """Invoices issued in the period as they stand now, summed by payer."""
    report = await report_by_payer(query, figures=parts.reports)
    return ReportOut(
        currency=query.currency,
        first=query.period.first,
        last=query.period.last,
        today=query.today,
        payers=report.payers,
        totals=FiguresOut.of(report.totals),
        items=[PayerOut.of(row) for row in report.rows],
        next_cursor=report.next_cursor,
    )


@router.get(
    "/payers.csv",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}, **responses(401, 403, 422)},
)
async def by_payer_as_csv(query: AskedFor, parts: UsedParts) -> StreamingResponse:
    """The same for every payer, one line each."""
    return csv_answer(parts, query)


def csv_answer(parts: Parts, query: ReportQuery) -> StreamingResponse:
    """The file, sent while it is read."""
    lines: AsyncIterator[str] = csv_lines(parts.reports.every_payer(query), query.currency)
    return StreamingResponse(lines, media_type=MEDIA_TYPE, headers=FILE_HEADERS)
