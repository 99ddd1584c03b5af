"""The Alerts tab of Settings > Client Portal: who is told about what (R107-R109, R82)."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.alert_resources import RESOURCES
from services.notifications.entrypoints.alert_resource_views import (
    SELECT_ALL,
    chosen_on,
    resource_views,
)
from services.notifications.entrypoints.office import Office, Owner, TheOffice, shell
from services.notifications.usecases.choose_alert_resources import choose_alert_resources
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

PATH = "/staff/notifications/settings/alerts"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def alert_resources(
    request: Request, staff: Owner, office: TheOffice, *, saved: bool = False, every: bool = False
) -> HTMLResponse:
    """The tab; with `every`, all boxes ticked and not yet saved, for a browser without script."""
    desk = office.post.desks.reading
    chosen = await desk.alert_choices.chosen(staff.company_id)
    if every:
        team = [member.staff_id for member in await desk.views.staff(staff.company_id)]
        chosen = dict.fromkeys((one.key for one in RESOURCES), tuple(team))
    return await _tab(request, office, staff, dict(chosen), Form(), saved=saved)


@router.post(PATH)
async def choose(request: Request, staff: Owner, office: TheOffice) -> Response:
    """Use these people from the next event on."""
    form = Form.posted((await request.form()).multi_items())
    chosen = chosen_on(form)
    try:
        await choose_alert_resources(
            staff.company_id,
            chosen,
            by=staff.staff_id,
            desk=office.post.desks.reading,
            now=office.post.clock(),
        )
    except RefusalError as refusal:
        form.refuse("resources", refusal.detail or refusal.title)
        return await _tab(request, office, staff, chosen, form, status=refusal.status)
    return RedirectResponse(f"{PATH}?saved=true", 303)


async def _tab(
    request: Request,
    office: Office,
    staff: Staff,
    chosen: dict[str, tuple[str, ...]] | dict[str, list[str]],
    form: Form,
    *,
    saved: bool = False,
    status: int = 200,
) -> HTMLResponse:
    desk = office.post.desks.reading
    team = await desk.views.staff(staff.company_id)
    company = await desk.views.company(staff.company_id)
    return page(
        request,
        "alert_resources.html",
        status,
        shell=shell(staff, company, "settings"),
        rows=resource_views(chosen, team, company),
        portal=company is None or company.offers_client_portal,
        form=form,
        saved=saved,
        select_all=SELECT_ALL,
    )
