"""Secret calendar addresses: the feed itself, and where people get and renew theirs."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field

from services.notifications.domain.calendar_feed import FeedKind, shown
from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.entrypoints.api import Strict
from services.notifications.entrypoints.calendar_addresses import end_address, new_address
from services.notifications.entrypoints.office import (
    ApiWriter,
    Office,
    Reader,
    TheOffice,
    Writer,
    shell,
)
from services.notifications.usecases.read_calendar_feed import read_calendar_feed
from shared.identity import ApiClient, Staff, everyone
from shared.problem_answers import responses
from shared.webapp import page

PATH = "/staff/notifications/calendar"
API = "/api/notifications/v1/calendar-feeds"
Caller = Annotated[Staff | ApiClient, ApiWriter]
ContactId = Annotated[str, Query(max_length=64)]
Action = Annotated[Literal["renew", "revoke"], Form()]
Token = Annotated[str, Path(max_length=128)]
router = APIRouter(tags=["calendar"])


class FeedIn(Strict):
    """Whose appointments: a staff id, an account id, or a client's contact id."""

    kind: FeedKind
    subject_id: str = Field(min_length=1, max_length=64)


class FeedOut(BaseModel):
    """The secret address. It is shown this once; asking again makes a new one."""

    url: str


@router.get(
    "/notifications/calendar/{token}.ics",
    include_in_schema=False,
    dependencies=[Depends(everyone("the token in the address is what lets a calendar in"))],
)
async def calendar(request: Request, token: Token, office: TheOffice) -> Response:
    """The appointments; 304 while nothing has changed."""
    post = office.post
    content = await read_calendar_feed(
        token, desk=post.desks.reading, files=post.calendars, now=post.clock()
    )
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'inline; filename="inspections.ics"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get(PATH, include_in_schema=False)
async def my_calendar(
    request: Request, staff: Reader, office: TheOffice, client: ContactId = ""
) -> HTMLResponse:
    """Whether one has an address, those of customer accounts, and that of one client."""
    return await _shown(request, staff, office, contact_id=client)


@router.post(PATH, include_in_schema=False)
async def change_mine(
    request: Request, staff: Reader, office: TheOffice, action: Action
) -> HTMLResponse:
    """One's own: a new address, shown once, or none."""
    url = await _change(office, staff.company_id, FeedKind.STAFF, staff.staff_id, action)
    return await _shown(request, staff, office, url=url, url_of=FeedKind.STAFF)


@router.post(f"{PATH}/accounts", include_in_schema=False)
async def change_of_account(
    request: Request,
    staff: Writer,
    office: TheOffice,
    action: Action,
    account_id: Annotated[str, Form(max_length=64)],
) -> HTMLResponse:
    """A customer account's: staff pass it on."""
    url = await _change(office, staff.company_id, FeedKind.ACCOUNT, account_id, action)
    return await _shown(request, staff, office, url=url, url_of=FeedKind.ACCOUNT)


@router.post(f"{PATH}/clients", include_in_schema=False)
async def change_of_client(
    request: Request,
    staff: Writer,
    office: TheOffice,
    action: Action,
    contact_id: Annotated[str, Form(max_length=64)],
) -> HTMLResponse:
    """A client's, of everything he books: staff pass it on. His links show one inspection each."""
    url = await _change(office, staff.company_id, FeedKind.CLIENT, contact_id, action)
    return await _shown(
        request, staff, office, url=url, url_of=FeedKind.CLIENT, contact_id=contact_id
    )


@router.post(API, status_code=201, responses=responses(401, 403, 404, 422))
async def make_feed(wanted: FeedIn, caller: Caller, office: TheOffice) -> FeedOut:
    """A new address; an earlier one of the same subject stops working."""
    return FeedOut(url=await new_address(office, caller.company_id, wanted.kind, wanted.subject_id))


@router.delete(
    API + "/{kind}/{subject_id}", status_code=204, responses=responses(401, 403, 404, 422)
)
async def end_feed(kind: FeedKind, subject_id: str, caller: Caller, office: TheOffice) -> None:
    """The address stops working."""
    await end_address(office, caller.company_id, kind, subject_id)


async def _change(
    office: Office, company_id: str, kind: FeedKind, subject_id: str, action: str
) -> str:
    """The new address, or nothing after a revocation."""
    if action == "renew":
        return await new_address(office, company_id, kind, subject_id)
    await end_address(office, company_id, kind, subject_id)
    return ""


async def _shown(
    request: Request,
    staff: Staff,
    office: Office,
    *,
    url: str = "",
    url_of: FeedKind | None = None,
    contact_id: str = "",
) -> HTMLResponse:
    desk = office.post.desks.reading
    company_id = staff.company_id
    writes = staff.role != "read_only"
    feeds = await desk.calendars.all(company_id, FeedKind.ACCOUNT)
    client = await desk.views.contact(company_id, contact_id) if contact_id and writes else None
    if contact_id and client is None:
        raise CalendarNotFoundError
    return page(
        request,
        "calendar.html",
        shell=shell(staff, await desk.views.company(company_id), "schedule"),
        mine=await desk.calendars.of(company_id, FeedKind.STAFF, staff.staff_id),
        client=client,
        of_client=client and await desk.calendars.of(company_id, FeedKind.CLIENT, contact_id),
        accounts=await desk.views.accounts(company_id) if writes else [],
        accounts_see=shown(await desk.views.portal_settings(company_id)),
        with_feed={feed.subject_id for feed in feeds},
        url=url,
        url_of=url_of,
    )
