"""What portal may ask for customers: the account's secret address, a client's appointment."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.entrypoints.api import Strict
from services.notifications.entrypoints.calendar_addresses import end_address, new_address
from services.notifications.entrypoints.calendar_pages import FeedOut
from services.notifications.entrypoints.office import TheOffice
from services.notifications.usecases.read_appointment import read_appointment
from shared.identity import service_call
from shared.problem_answers import responses

router = APIRouter(
    prefix="/internal/v1", tags=["internal"], dependencies=[Depends(service_call("portal"))]
)
CompanyId = Annotated[str, Query(min_length=1, max_length=64)]
Id = Annotated[str, Path(max_length=64)]


class Wish(Strict):
    """Whose account it is; portal has checked who is signed in."""

    company_id: str = Field(min_length=1, max_length=64)


class FeedState(BaseModel):
    """Whether there is an address; what it is nobody can tell any more."""

    made_at: datetime | None


@router.get("/accounts/{account_id}/calendar", responses=responses(401, 403, 422))
async def account_calendar(account_id: Id, company_id: CompanyId, office: TheOffice) -> FeedState:
    """Since when the account has an address."""
    calendars = office.post.desks.reading.calendars
    feed = await calendars.of(company_id, FeedKind.ACCOUNT, account_id)
    return FeedState(made_at=feed.made_at if feed else None)


@router.post(
    "/accounts/{account_id}/calendar", status_code=201, responses=responses(401, 403, 404, 422)
)
async def renew_account_calendar(account_id: Id, wish: Wish, office: TheOffice) -> FeedOut:
    """A new address; the one before stops working."""
    url = await new_address(office, wish.company_id, FeedKind.ACCOUNT, account_id)
    return FeedOut(url=url)


@router.post(
    "/accounts/{account_id}/calendar/end", status_code=204, responses=responses(401, 403, 404, 422)
)
async def end_account_calendar(account_id: Id, wish: Wish, office: TheOffice) -> None:
    """The address stops working."""
    await end_address(office, wish.company_id, FeedKind.ACCOUNT, account_id)


@router.get(
    "/inspections/{inspection_id}/calendar.ics",
    response_class=Response,
    responses={200: {"content": {"text/calendar": {}}}, **responses(401, 403, 404, 422)},
)
async def appointment(inspection_id: Id, company_id: CompanyId, office: TheOffice) -> Response:
    """One inspection; portal has let its client in."""
    post = office.post
    content = await read_appointment(
        company_id, inspection_id, desk=post.desks.reading, files=post.calendars
    )
    return Response(content, media_type="text/calendar; charset=utf-8")
