"""JSON: what customers see and may do in the portal (R77-R82, R95-R106)."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.settings_rules import LISTS
from services.portal.domain.ticket_refusals import SettingsRefusedError
from services.portal.entrypoints.staff_frame import ApiOwner, ApiReader, company_of
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.change_settings import change_settings
from shared.problem_answers import responses

router = APIRouter(prefix="/api/portal/v1/settings", tags=["settings"])
Words = Annotated[str, Field(max_length=200)]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Categories = Annotated[list[Words], Field(max_length=100)]


class TicketSettingsIn(BaseModel):
    """They exist only while tickets are on (R100). What is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    open_tickets: bool | None = None
    closed_tickets: bool | None = None
    assignee_staff_ids: Annotated[list[Id], Field(max_length=10)] | None = None
    """Exactly one (R103)."""
    ticket_categories: Categories | None = None
    reschedule_categories: Categories | None = None
    cancel_categories: Categories | None = None


class SettingsIn(BaseModel):
    """What is to be changed; what is left out stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    display_name: Words | None = None
    facebook_page: Words | None = None
    twitter_handle: Words | None = None
    linkedin: Words | None = None
    visible_field_ids: Annotated[list[Id], Field(max_length=200)] | None = None
    service_history: bool | None = None
    upcoming_services: bool | None = None
    paused_services: bool | None = None
    tickets: bool | None = None
    ticket_settings: TicketSettingsIn | None = None


class TicketSettingsOut(BaseModel):
    """The settings of tickets."""

    open_tickets: bool
    closed_tickets: bool
    assignee_staff_ids: list[str]
    ticket_categories: list[str]
    reschedule_categories: list[str]
    cancel_categories: list[str]


class SettingsOut(BaseModel):
    """The settings as they are; `ticket_settings` is null while tickets are off (R100)."""

    display_name: str
    facebook_page: str
    twitter_handle: str
    linkedin: str
    visible_field_ids: list[str]
    service_history: bool
    upcoming_services: bool
    paused_services: bool
    tickets: bool
    ticket_settings: TicketSettingsOut | None
    revision: int


@router.get("", responses=responses(401, 403))
async def show(request: Request, caller: ApiReader) -> SettingsOut:
    """What a company has that never changed anything are the defaults."""
    return _out(await wiring_of(request).customers.settings.of(caller.company_id))


@router.put("", responses=responses(401, 403, 422))
async def change(request: Request, caller: ApiOwner, wish: SettingsIn) -> SettingsOut:
    """Change some of them. Needs the plan Pro or Pro Plus, or a trial (R77)."""
    ports = wiring_of(request).customers
    held = await ports.settings.of(caller.company_id)
    on = held.tickets if wish.tickets is None else wish.tickets
    if wish.ticket_settings is not None and not on:
        raise SettingsRefusedError("ticket_settings", "Tickets are off: switch them on as well")
    given: dict[str, Any] = wish.model_dump(exclude_none=True, exclude={"ticket_settings"})
    chosen: list[str] | None = None
    if wish.ticket_settings is not None:
        about = wish.ticket_settings.model_dump(exclude_none=True)
        chosen = about.pop("assignee_staff_ids", None)
        given |= about
    changes = {
        field: tuple(value) if field in {*LISTS, "visible_field_ids"} else value
        for field, value in given.items()
    }
    company = await company_of(request, caller.company_id)
    return _out(await change_settings(company, changes, ports.settings, ports.team, chosen=chosen))


def _out(settings: PortalSettings) -> SettingsOut:
    assignee = settings.ticket_assignee_staff_id
    about_tickets = TicketSettingsOut(
        open_tickets=settings.open_tickets,
        closed_tickets=settings.closed_tickets,
        assignee_staff_ids=[assignee] if assignee else [],
        ticket_categories=list(settings.ticket_categories),
        reschedule_categories=list(settings.reschedule_categories),
        cancel_categories=list(settings.cancel_categories),
    )
    return SettingsOut(
        display_name=settings.display_name,
        facebook_page=settings.facebook_page,
        twitter_handle=settings.twitter_handle,
        linkedin=settings.linkedin,
        visible_field_ids=list(settings.visible_field_ids),
        service_history=settings.service_history,
        upcoming_services=settings.upcoming_services,
        paused_services=settings.paused_services,
        tickets=settings.tickets,
        ticket_settings=about_tickets if settings.tickets else None,
        revision=settings.revision,
    )
