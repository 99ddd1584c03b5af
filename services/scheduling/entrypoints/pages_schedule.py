"""Pages: the schedule by week or day, and the list of inspections."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Annotated, Literal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import client_of
from services.scheduling.domain.standing import payment_word
from services.scheduling.entrypoints.pages_frame import STAFF_PATH, framed, zone_word
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.ports import ListedInspection
from shared.identity import Permission, Staff, staff_page
from shared.ui.formats import RANGE, clock, local, short_day

router = APIRouter(prefix="/staff/scheduling", include_in_schema=False)
Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
WEEK_DAYS = 7
STATUS_CHIPS = (
    ("", "All"),
    ("scheduled", "Scheduled"),
    ("published", "Published"),
    ("cancelled", "Cancelled"),
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One inspection as a line of a list."""

    inspection: Inspection
    client: str
    time: str
    word: str
    """How its payment stands."""


@router.get("")
async def get_staff(_staff: Reader) -> RedirectResponse:
    """Begin with the schedule."""
    return RedirectResponse(f"{STAFF_PATH}/schedule", 303)


@router.get("/schedule")
async def get_schedule(  # noqa: PLR0917 - FastAPI passes them by name
    request: Request,
    staff: Reader,
    parts: ServiceParts,
    day: date | None = None,
    view: Literal["week", "day"] = "week",
    inspector: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show a week or a day in the company's zone."""
    company = await parts.lookups.company(staff.company_id)
    zone = ZoneInfo(company.time_zone)
    today = parts.now().astimezone(zone).date()
    first, days = _span(day or today, view)
    since = datetime.combine(first, time(), zone)
    found = await parts.lookups.between(
        staff.company_id,
        since=since,
        until=datetime.combine(first + timedelta(days=days), time(), zone),
    )
    shown = [row for row in found if inspector in ("", row.inspection.inspector.staff_id)]
    return await framed(
        request,
        staff,
        parts,
        "schedule.html",
        current="schedule",
        days=_by_day(shown, zone),
        figures=_figures(shown, company.currency),
        inspectors=_inspectors(found),
        chosen=inspector,
        view=view,
        first=first,
        last=first + timedelta(days=days - 1),
        today=today,
        before=first - timedelta(days=days),
        after=first + timedelta(days=days),
        zone_word=zone_word(company.time_zone, since),
    )


@router.get("/inspections")
async def get_inspections(  # noqa: PLR0917 - FastAPI passes them by name
    request: Request,
    staff: Reader,
    parts: ServiceParts,
    q: Annotated[str, Query(max_length=100)] = "",
    status: Literal["", "scheduled", "published", "cancelled"] = "",
    account: Annotated[str, Query(max_length=64)] = "",
    cursor: Annotated[str, Query(max_length=200)] = "",
) -> HTMLResponse:
    """List inspections, latest first, and find them by number, address or name."""
    found = await parts.lookups.search(
        staff.company_id,
        text=q,
        status=status or None,
        account_id=account or None,
        cursor=cursor or None,
    )
    kept = {"q": q, "account": account} if account else {"q": q}
    chips = [
        (key, text, f"{STAFF_PATH}/inspections?{urlencode({**kept, 'status': key})}", 0)
        for key, text in STATUS_CHIPS
    ]
    older = ""
    if found.next_cursor:
        further = urlencode({**kept, "status": status, "cursor": found.next_cursor})
        older = f"{STAFF_PATH}/inspections?{further}"
    return await framed(
        request,
        staff,
        parts,
        "inspections.html",
        current="inspections",
        rows=[row_of(listed) for listed in found.rows],
        q=q,
        status=status,
        account=await parts.lookups.account(staff.company_id, account) if account else None,
        chips=chips,
        older=older,
        first_page=not cursor,
    )


def _span(day: date, view: str) -> tuple[date, int]:
    if view == "day":
        return day, 1
    return day - timedelta(days=day.weekday()), WEEK_DAYS


def row_of(listed: ListedInspection) -> Row:
    """Return an inspection as a line of a list."""
    inspection = listed.inspection
    first = clock(inspection.starts_at, inspection.time_zone)
    last = clock(inspection.ends_at, inspection.time_zone)
    if first[-2:] == last[-2:]:
        first = first[:-3]
    return Row(
        inspection=inspection,
        client=client_of(inspection.people).name,
        time=f"{first}{RANGE}{last}",
        word=_word(listed),
    )


def _word(listed: ListedInspection) -> str:
    inspection, balance = listed.inspection, listed.balance
    if inspection.status == "cancelled":
        return "Cancelled"
    waits = inspection.policy.collect_payment_after_publish and inspection.status == "scheduled"
    if waits and inspection.total_cents and not (balance and balance.paid_cents):
        return "Nothing due yet"
    word = payment_word(balance, inspection.total_cents)
    if word == "Due" and inspection.account is None:  # an account's terms are billing's to say
        return f"Due {short_day(inspection.starts_at, inspection.time_zone)}"
    return word


def _by_day(found: Sequence[ListedInspection], zone: ZoneInfo) -> list[tuple[date, list[Row]]]:
    days = groupby(found, key=lambda listed: local(listed.inspection.starts_at, zone.key).date())
    return [(day, [row_of(listed) for listed in rows]) for day, rows in days]


def _figures(found: Sequence[ListedInspection], currency: str) -> dict[str, object]:
    on = [listed for listed in found if listed.inspection.status != "cancelled"]
    due = [
        listed.balance.balance_cents if listed.balance else listed.inspection.total_cents
        for listed in on
    ]
    published = [listed for listed in on if listed.inspection.status == "published"]
    return {
        "count": len(on),
        "inspectors": len({listed.inspection.inspector.staff_id for listed in on}),
        "booked_cents": sum(listed.inspection.total_cents for listed in on),
        "due_cents": sum(due),
        "due_count": sum(1 for cents in due if cents),
        "published": len(published),
        "currency": currency,
    }


def _inspectors(found: Sequence[ListedInspection]) -> list[tuple[str, str, int]]:
    counts: dict[tuple[str, str], int] = {}
    for listed in found:
        who = (listed.inspection.inspector.staff_id, listed.inspection.inspector.name)
        counts[who] = counts.get(who, 0) + 1
    return [(staff_id, name, count) for (staff_id, name), count in sorted(counts.items())]
