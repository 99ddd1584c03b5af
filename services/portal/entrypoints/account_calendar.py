"""The secret address of an account's calendar: had, renewed, ended (R96)."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.settings_rules import require_calendar
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.usecases.end_calendar import end_calendar
from services.portal.usecases.renew_calendar import renew_calendar
from shared.problems import UnavailableError

PATH = "/account/calendar"
AWAY = 503
router = APIRouter(prefix=PATH, include_in_schema=False)


@router.get("")
async def calendar(
    request: Request, visit: AccountVisit, saved: Annotated[str, Query(max_length=16)] = ""
) -> HTMLResponse:
    """Whether there is an address; without notifications the page says that nobody can tell."""
    require_calendar(visit.customer.settings)
    try:
        made_at = await visit.wiring.calendars.made_at(visit.customer.of)
    except UnavailableError:
        return _calendar_page(request, visit, away=True)
    return _calendar_page(request, visit, made_at=made_at, saved=saved)


@router.post("")
async def renew(request: Request, visit: AccountVisit) -> HTMLResponse:
    """A new address. It is on this page and nowhere else, so nothing leads on to another."""
    try:
        url = await renew_calendar(visit.customer, visit.wiring.calendars)
    except UnavailableError:
        return _calendar_page(request, visit, AWAY, away=True)
    return _calendar_page(request, visit, made_at=visit.now, url=url)


@router.post("/end")
async def end(request: Request, visit: AccountVisit) -> Response:
    """The address stops working."""
    try:
        await end_calendar(visit.customer, visit.wiring.calendars)
    except UnavailableError:
        return _calendar_page(request, visit, AWAY, away=True)
    return RedirectResponse(f"{PATH}?saved=ended", 303)


def _calendar_page(
    request: Request, visit: Visit, status: int = 200, **more: object
) -> HTMLResponse:
    return account_page(
        request,
        visit,
        "calendar.html",
        "calendar",
        status,
        shows_past=visit.customer.settings.service_history,
        **{"made_at": None, "url": "", "saved": "", "away": False, **more},
    )
