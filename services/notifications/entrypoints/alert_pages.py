"""The feed: page, boxes that refresh, marking as seen and as done."""

from datetime import date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.entrypoints.alert_views import (
    CHIPS,
    AlertView,
    Show,
    by_day,
    view,
    wanted,
)
from services.notifications.entrypoints.office import (
    Office,
    Reader,
    TheOffice,
    Writer,
    sees_platform,
    shell,
    zone_of,
)
from services.notifications.usecases.finish_alert import finish_alert
from services.notifications.usecases.ports import AlertFilter
from shared.identity import Staff
from shared.ui.events import ALERTS_CHANGED, trigger
from shared.webapp import page

PAGE = 40
PATH = "/staff/notifications/alerts"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def alerts(
    request: Request,
    staff: Reader,
    office: TheOffice,
    show: Show = "all",
    before: Annotated[int | None, Query(ge=1)] = None,
) -> HTMLResponse:
    """The whole page."""
    company = await office.post.desks.reading.views.company(staff.company_id)
    context = await feed_context(office, staff, show, before)
    return page(
        request,
        "alerts.html",
        shell=shell(staff, company, "alerts"),
        today=_today(office.post.clock(), context["zone"]).strftime("%A, %B %-d"),
        figures=await figures(office, staff),
        delivery=await delivery(office, staff),
        **context,
    )


@router.get("/notifications/fragments/alerts/feed")
async def feed(
    request: Request, staff: Reader, office: TheOffice, show: Show = "all"
) -> HTMLResponse:
    """The list alone."""
    return page(request, "feed.html", **await feed_context(office, staff, show, None))


@router.get("/notifications/fragments/alerts/filters")
async def filters(
    request: Request, staff: Reader, office: TheOffice, show: Show = "all"
) -> HTMLResponse:
    """The chips with the number that waits."""
    feed_ = office.post.desks.reading.feed
    waiting = await feed_.waiting(staff.company_id, with_platform=sees_platform(staff))
    return page(request, "chips.html", chips=CHIPS, show=show, waiting=waiting)


@router.get("/notifications/fragments/alerts/figures")
async def figures_box(request: Request, staff: Reader, office: TheOffice) -> HTMLResponse:
    """Collected, outstanding, overdue."""
    return page(request, "figures.html", figures=await figures(office, staff))


@router.get("/notifications/fragments/alerts/delivery")
async def delivery_box(request: Request, staff: Reader, office: TheOffice) -> HTMLResponse:
    """How today's mails went."""
    return page(request, "delivery.html", delivery=await delivery(office, staff))


@router.get("/notifications/fragments/alerts/count")
async def count(staff: Reader, office: TheOffice) -> HTMLResponse:
    """The number in the sidebar: alerts this person has not seen; nothing when there are none."""
    feed_ = office.post.desks.reading.feed
    unread = await feed_.unread(
        staff.company_id, staff.staff_id, with_platform=sees_platform(staff)
    )
    words = f'{min(unread, 99)}<span class="vh"> new</span>' if unread else ""
    return HTMLResponse(words)


@router.post(f"{PATH}/seen")
async def seen(staff: Reader, office: TheOffice, seq: Annotated[int, Form(ge=0)]) -> Response:
    """Everything up to `seq` has been on this person's screen."""
    feed_ = office.post.desks.reading.feed
    newest = await feed_.latest_seq(staff.company_id)
    await feed_.see(staff.company_id, staff.staff_id, min(seq, newest))
    return Response(status_code=204, headers=trigger(ALERTS_CHANGED))


@router.post(f"{PATH}/{{alert_id:path}}/done")
async def done(request: Request, alert_id: str, staff: Writer, office: TheOffice) -> Response:
    """Somebody took care of it."""
    await finish_alert(
        staff.company_id,
        alert_id,
        by=staff.name,
        desks=office.post.desks,
        now=office.post.clock(),
    )
    if "hx-request" not in request.headers:
        return RedirectResponse(PATH, 303)
    row = (await _rows(office, staff, AlertFilter(with_platform=True, alert_id=alert_id)))[0]
    zone = await zone_of(office, staff.company_id)
    return page(request, "feed_row.html", row=row, zone=zone, alone=True)


async def feed_context(
    office: Office, staff: Staff, show: Show, before: int | None
) -> dict[str, Any]:
    """What the list needs: the rows by day, and from where the live stream goes on."""
    desk = office.post.desks.reading
    platform = sees_platform(staff)
    latest = await desk.feed.latest_seq(
        staff.company_id
    )  # read first: the stream may repeat, not skip
    found = await _rows(
        office, staff, wanted(show, with_platform=platform, staff_id=staff.staff_id), before
    )
    rows = found[:PAGE]
    zone = await zone_of(office, staff.company_id)
    return {
        "days": by_day(rows, zone, _today(office.post.clock(), zone)),
        "empty": not rows,
        "zone": zone,
        "show": show,
        "chips": CHIPS,
        "latest": latest,
        "waiting": await desk.feed.waiting(staff.company_id, with_platform=platform),
        "older": rows[-1].seq if len(found) > PAGE else None,
        "paging": before is not None,
        "csrf_token": staff.csrf_token,
    }


async def _rows(
    office: Office, staff: Staff, asked: AlertFilter, before: int | None = None
) -> list[AlertView]:
    desk = office.post.desks.reading
    items = await desk.feed.alerts(staff.company_id, asked, before_seq=before, limit=PAGE + 1)
    ids = {item.alert.inspection_id for item in items if item.alert and item.alert.inspection_id}
    inspections = await desk.views.inspections(staff.company_id, sorted(ids))
    names = {one.staff_id: one.name for one in await desk.views.staff(staff.company_id)}
    seen_seq = await desk.feed.seen_seq(staff.company_id, staff.staff_id)
    return [
        view(
            item,
            inspections.get(item.alert.inspection_id or "") if item.alert else None,
            seen_seq=seen_seq,
            names=names,
        )
        for item in items
    ]


async def figures(office: Office, staff: Staff) -> object:
    """The sums above the feed; None before we know the company."""
    company = await office.post.desks.reading.views.company(staff.company_id)
    if company is None:
        return None
    takings = await office.figures.takings(company, office.post.clock())
    return {"takings": takings, "currency": company.currency}


async def delivery(office: Office, staff: Staff) -> object:
    """The mails of the company's day so far."""
    now = office.post.clock()
    zone = await zone_of(office, staff.company_id)
    midnight = now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    return await office.post.desks.reading.mails.counts(staff.company_id, midnight)


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
