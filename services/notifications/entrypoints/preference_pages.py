"""One's own page: at once, once a day or never, and when not to be disturbed."""

from datetime import time

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.staff_mail import MailMode
from services.notifications.entrypoints.office import Reader, TheOffice, shell, zone_of
from services.notifications.usecases.prefer_mail import prefer_mail
from shared.ui import Form
from shared.webapp import page

PATH = "/staff/notifications/preferences"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def preferences(
    request: Request, staff: Reader, office: TheOffice, *, saved: bool = False
) -> HTMLResponse:
    """As it is now."""
    desk = office.post.desks.reading
    mine = await desk.preferences.of(staff.company_id, staff.staff_id)
    values = {"mode": str(mine.mode)}
    if not mine.quiet.none:
        values |= {
            "quiet_from": mine.quiet.start.strftime("%H:%M"),
            "quiet_until": mine.quiet.end.strftime("%H:%M"),
        }
    return await _shown(request, staff, office, Form(values), saved=saved)


@router.post(PATH)
async def prefer(request: Request, staff: Reader, office: TheOffice) -> Response:
    """From the next alert on."""
    form = Form.posted((await request.form()).multi_items())
    mode = form.choice("mode", [str(mode) for mode in MailMode], "Choose how you want to be told")
    start, end = form.clock("quiet_from"), form.clock("quiet_until")
    if (start is None) != (end is None):
        form.refuse("quiet_from" if start is None else "quiet_until", "Enter both times, or none")
    if not form.ok:
        return await _shown(request, staff, office, form, status=422)
    await prefer_mail(
        staff.company_id,
        staff.staff_id,
        mode=MailMode(mode),
        quiet=QuietHours(start=start or time(0), end=end or time(0)),
        desk=office.post.desks.reading,
    )
    return RedirectResponse(f"{PATH}?saved=true", 303)


async def _shown(
    request: Request,
    staff: Reader,
    office: TheOffice,
    form: Form,
    *,
    saved: bool = False,
    status: int = 200,
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request,
        "preferences.html",
        status,
        shell=shell(staff, company, "alerts"),
        form=form,
        saved=saved,
        zone=await zone_of(office, staff.company_id),
    )
