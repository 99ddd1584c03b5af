"""Settings > Client Portal: the tabs Services and Tickets (R77-R82, R95-R106)."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.account_access import portal_offered
from services.portal.domain.inbound_mail import company_address
from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.settings_rules import LISTS, SERVICES_TAB, SLUGS, TICKETS_TAB
from services.portal.domain.ticket_refusals import SettingsRefusedError
from services.portal.entrypoints.staff_frame import Owner, Viewer, company_of, staff_view
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.change_settings import change_settings
from shared.identity import Permission, Staff
from shared.problems import PlanWithoutPortalError
from shared.ui import Form

PATH = "/staff/portal/settings"
TICKETS_PATH = f"{PATH}/tickets"
SELECT_ALL = "Select all items on current tab"
router = APIRouter(include_in_schema=False)
Short = Annotated[str, Query(max_length=16)]


@router.get(PATH)
async def services_tab(request: Request, staff: Viewer, saved: Short = "") -> HTMLResponse:
    """What customers see besides money and tickets."""
    settings = await wiring_of(request).customers.settings.of(staff.company_id)
    return await _services_page(request, staff, _form_of(settings), saved=bool(saved))


@router.post(PATH)
async def save_services(request: Request, staff: Owner) -> Response:
    """Save this tab; or only tick every box of it, to be saved afterwards (R82)."""
    form = Form.posted((await request.form()).multi_items())
    if form.has("every"):
        company = await company_of(request, staff.company_id)
        fields = [one.field_id for one in company.company.custom_fields]
        return await _services_page(
            request, staff, _ticked(form, SERVICES_TAB, {"visible_field_ids": fields})
        )
    changes: dict[str, Any] = {
        "display_name": form.value("display_name"),
        **{field: form.value(field) for field in SLUGS},
        **{field: form.has(field) for field in SERVICES_TAB},
        "visible_field_ids": tuple(form.values("visible_field_ids")),
    }
    refused = await _saved(request, staff, form, changes)
    if refused:
        return await _services_page(request, staff, form, refused)
    return RedirectResponse(f"{PATH}?saved=yes", 303)


@router.get(TICKETS_PATH)
async def tickets_tab(request: Request, staff: Viewer, saved: Short = "") -> HTMLResponse:
    """Whether customers may submit tickets, and everything that exists only then (R100)."""
    settings = await wiring_of(request).customers.settings.of(staff.company_id)
    return await _tickets_page(request, staff, _form_of(settings), saved=bool(saved))


@router.post(TICKETS_PATH)
async def save_tickets(request: Request, staff: Owner) -> Response:
    """Save this tab. Who switches tickets on gets them, until somebody else is chosen (R103)."""
    form = Form.posted((await request.form()).multi_items())
    if form.has("every"):
        return await _tickets_page(request, staff, _ticked(form, TICKETS_TAB, {}))
    changes: dict[str, Any] = {"tickets": form.has("tickets")}
    chosen: Sequence[str] | None = None
    if form.has("tickets") and form.has("details"):
        changes |= {
            "open_tickets": form.has("open_tickets"),
            "closed_tickets": form.has("closed_tickets"),
            **{field: tuple(form.value(field).splitlines()) for field in LISTS},
        }
        chosen = form.values("ticket_assignee_staff_id")
    elif form.has("tickets"):
        held = await wiring_of(request).customers.settings.of(staff.company_id)
        chosen = [held.ticket_assignee_staff_id or staff.staff_id]
    refused = await _saved(request, staff, form, changes, chosen)
    if refused:
        return await _tickets_page(request, staff, form, refused)
    return RedirectResponse(f"{TICKETS_PATH}?saved=yes", 303)


async def _saved(
    request: Request,
    staff: Staff,
    form: Form,
    changes: dict[str, Any],
    chosen: Sequence[str] | None = None,
) -> int:
    """0, or the status of the refusal, which is noted in the form."""
    ports = wiring_of(request).customers
    company = await company_of(request, staff.company_id)
    try:
        await change_settings(company, changes, ports.settings, ports.team, chosen=chosen)
    except SettingsRefusedError as refusal:
        form.refuse(refusal.field, refusal.message)
        return refusal.status
    except PlanWithoutPortalError as refusal:
        return refusal.status
    return 0


def _form_of(settings: PortalSettings) -> Form:
    typed: dict[str, str | list[str]] = {
        "display_name": settings.display_name,
        **{field: getattr(settings, field) for field in SLUGS},
        **{field: "\n".join(getattr(settings, field)) for field in LISTS},
        "visible_field_ids": list(settings.visible_field_ids),
        "ticket_assignee_staff_id": settings.ticket_assignee_staff_id or "",
    }
    for field in (*SERVICES_TAB, *TICKETS_TAB):
        if getattr(settings, field):
            typed[field] = "on"
    return Form(typed)


def _ticked(form: Form, boxes: Sequence[str], lists: dict[str, list[str]]) -> Form:
    """What was typed, with every box of this tab ticked and of no other (R82)."""
    return Form({**form.typed, **dict.fromkeys(boxes, "on"), **lists})


async def _services_page(
    request: Request, staff: Staff, form: Form, status: int = 200, *, saved: bool = False
) -> HTMLResponse:
    company = await company_of(request, staff.company_id)
    return await _settings_page(
        request,
        staff,
        "settings_services.html",
        form,
        status,
        path=PATH,
        saved=saved,
        company_name=company.company.name,
        fields=company.company.custom_fields,
        unsaved=form.has("every"),
    )


async def _tickets_page(
    request: Request, staff: Staff, form: Form, status: int = 200, *, saved: bool = False
) -> HTMLResponse:
    config = request.app.state.config
    team = await wiring_of(request).customers.team.active(staff.company_id)
    mail = bool(config.inbound_mail_secret.get_secret_value())
    return await _settings_page(
        request,
        staff,
        "settings_tickets.html",
        form,
        status,
        path=TICKETS_PATH,
        saved=saved,
        team=[(member.staff_id, member.name) for member in team],
        address=company_address(staff.company_id, config.inbound_mail_domain) if mail else "",
        unsaved=form.has("every"),
    )


async def _settings_page(
    request: Request, staff: Staff, template: str, form: Form, status: int, **more: object
) -> HTMLResponse:
    company = await company_of(request, staff.company_id)
    return await staff_view(
        request,
        staff,
        template,
        "settings",
        status,
        form=form,
        offered=portal_offered(company),
        trial=company.company.trial,
        may_change=staff.may(Permission.SETTINGS) and portal_offered(company),
        select_all=SELECT_ALL,
        **more,
    )
