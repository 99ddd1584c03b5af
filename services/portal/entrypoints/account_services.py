"""Services of an account: coming visits, past ones, paused ones with their reason (R95-R98)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.portal.domain.account_rows import RecurringRow, VisitRow
from services.portal.domain.refusals import AccountSwitchedOffError, UnknownAccountError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.cursors import CURSOR_MAX, read_moment, write_cursor
from shared.ui.formats import long_day

PATH = "/account/services"
SHOWN = 25
STANDING = ("scheduled", "published")
"""Not cancelled; whether it lies ahead is for the clock to say."""
Behind = Annotated[str, Query(max_length=CURSOR_MAX)]
router = APIRouter(prefix=PATH, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Part:
    """One page of one list, and where its other pages are; empty where there are none."""

    rows: Sequence[VisitRow | RecurringRow] = ()
    first: str = ""
    next: str = ""


@router.get("")
async def services(
    request: Request,
    visit: AccountVisit,
    coming: Behind = "",
    past: Behind = "",
    paused: Behind = "",
) -> HTMLResponse:
    """Each part is there only if the company shows it, and turns its pages by itself."""
    settings = visit.customer.settings
    if not settings.shows_services:
        raise AccountSwitchedOffError("The company does not show services here.")
    places = {"coming": coming, "past": past, "paused": paused}
    return account_page(
        request,
        visit,
        "services.html",
        "services",
        coming=_part("coming", await _coming(visit, coming), places),
        past=_part("past", await _past(visit, past), places),
        paused=_part("paused", await _paused(visit, paused), places),
        shows=settings,
    )


async def _coming(visit: Visit, behind: str) -> Sequence[VisitRow]:
    if not visit.customer.settings.upcoming_services:
        return ()
    return await visit.wiring.customers.services.visits(
        visit.customer.of,
        STANDING,
        newest_first=False,
        limit=SHOWN + 1,
        since=visit.now,
        behind=read_moment(behind),
    )


async def _past(visit: Visit, behind: str) -> Sequence[VisitRow]:
    if not visit.customer.settings.service_history:
        return ()
    return await visit.wiring.customers.services.visits(
        visit.customer.of,
        STANDING,
        newest_first=True,
        limit=SHOWN + 1,
        until=visit.now,
        behind=read_moment(behind),
    )


async def _paused(visit: Visit, behind: str) -> Sequence[RecurringRow]:
    if not visit.customer.settings.paused_services:
        return ()
    return await visit.wiring.customers.services.recurring(
        visit.customer.of, "paused", limit=SHOWN + 1, behind=behind
    )


def _part(name: str, found: Sequence[VisitRow | RecurringRow], places: dict[str, str]) -> Part:
    """The rows of a page; one more than it shows tells that there is another."""
    rows = found[:SHOWN]
    return Part(
        rows,
        first=_address(places | {name: ""}, name) if places[name] else "",
        next=_address(places | {name: _place(rows[-1])}, name) if len(found) > SHOWN else "",
    )


def _place(row: VisitRow | RecurringRow) -> str:
    if isinstance(row, RecurringRow):
        return row.service.recurring_id
    return write_cursor((row.starts_at.isoformat(), row.number))


def _address(places: dict[str, str], name: str) -> str:
    """Turning one list leaves the others where they are."""
    turned = urlencode({key: place for key, place in places.items() if place})
    return f"{PATH}?{turned}#{name}-h" if turned else f"{PATH}#{name}-h"


async def subject_of(visit: Visit, visit_id: str, recurring_id: str) -> str:
    """Which visit or service a request is about, in words; nothing for a question.

    What is not shown to the customer is not there. Raises UnknownAccountError.
    """
    if visit_id:
        return await _coming_visit(visit, visit_id)
    return await _paused_service(visit, recurring_id) if recurring_id else ""


async def _coming_visit(visit: Visit, visit_id: str) -> str:
    one = await visit.wiring.customers.services.visit(visit.customer.of, visit_id)
    if one is None or one.status not in STANDING or one.starts_at < visit.now:
        raise UnknownAccountError
    if not visit.customer.settings.upcoming_services:
        raise UnknownAccountError
    what = ", ".join(one.services) or f"Visit {one.number}"
    return f"{what}, {one.site.street}, {long_day(one.starts_at, one.time_zone)}"


async def _paused_service(visit: Visit, recurring_id: str) -> str:
    services, settings = visit.wiring.customers.services, visit.customer.settings
    row = await services.recurring_service(visit.customer.of, recurring_id)
    if row is None or row.service.status != "paused" or not settings.paused_services:
        raise UnknownAccountError
    return f"{row.service.service_name}, {row.service.site.street}"
