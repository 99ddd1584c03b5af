"""What all staff pages share: the company's look, tasks in a drawer or on a page, the way back."""

from datetime import datetime
from uuid import uuid4

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.company import Company
from services.scheduling.entrypoints.parts import Parts
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Brand, Form
from shared.ui.events import INSPECTION_CHANGED, trigger
from shared.ui.formats import zone_name
from shared.ui.navigation import HUES
from shared.webapp import page

STAFF_PATH = "/staff/scheduling"
DURATIONS = [
    (str(minutes), text)
    for minutes, text in (
        (30, "30 minutes"),
        (60, "1 hour"),
        (90, "1 h 30 min"),
        (120, "2 hours"),
        (150, "2 h 30 min"),
        (180, "3 hours"),
        (210, "3 h 30 min"),
        (240, "4 hours"),
        (300, "5 hours"),
        (360, "6 hours"),
        (480, "8 hours"),
    )
]
ZONES = [
    ("America/New_York", "Eastern"),
    ("America/Chicago", "Central"),
    ("America/Denver", "Mountain"),
    ("America/Phoenix", "Arizona"),
    ("America/Los_Angeles", "Pacific"),
    ("America/Anchorage", "Alaska"),
    ("Pacific/Honolulu", "Hawaii"),
    ("America/Halifax", "Atlantic"),
    ("America/Puerto_Rico", "Puerto Rico"),
    ("Europe/London", "London"),
    ("Europe/Berlin", "Berlin"),
    ("Australia/Sydney", "Sydney"),
]


def brand_of(company: Company) -> Brand:
    """Return the company's look; a hue between the offered ones takes the nearest."""
    hue = min(HUES, key=lambda name: abs(HUES[name] - company.hue))
    return Brand(
        name=company.name,
        tagline=company.tagline,
        phone=company.phone,
        email=company.email,
        hue=hue,
    )


def zones_with(time_zone: str) -> list[tuple[str, str]]:
    """Return the zones to offer, the given one among them."""
    offered = dict(ZONES)
    return list({**offered, time_zone: offered.get(time_zone, time_zone)}.items())


def durations_with(minutes: int) -> list[tuple[str, str]]:
    """Return the lengths to offer, the given one among them."""
    offered = dict(DURATIONS)
    text = offered.get(str(minutes), f"{minutes} minutes")
    return sorted({**offered, str(minutes): text}.items(), key=lambda option: int(option[0]))


def zone_word(time_zone: str, at: datetime) -> str:
    """Return how a zone is called beside a time: `Pacific`, else its abbreviation."""
    return dict(ZONES).get(time_zone) or zone_name(at, time_zone)


async def posted(request: Request) -> Form:
    """Return what was posted."""
    return Form.posted((await request.form()).multi_items())


def by_htmx(request: Request) -> bool:
    """Whether the page itself asked, so that a part of it is enough."""
    return "hx-request" in request.headers


async def framed(
    request: Request,
    staff: Staff,
    parts: Parts,
    template: str,
    status: int = 200,
    /,
    *,
    current: str,
    **context: object,
) -> HTMLResponse:
    """Render a whole page with the navigation around it."""
    company = await parts.lookups.company(staff.company_id)
    return page(
        request,
        template,
        status,
        company=company,
        brand=brand_of(company),
        current=current,
        **context,
    )


async def task(
    request: Request,
    staff: Staff,
    parts: Parts,
    template: str,
    form: Form | None = None,
    /,
    **context: object,
) -> HTMLResponse:
    """Render one task: as a drawer for the page that asked, or as a page of its own."""
    frame = "task_drawer.html" if by_htmx(request) else "task_page.html"
    return await framed(
        request,
        staff,
        parts,
        template,
        422 if form and form.errors else 200,
        current="inspections",
        frame=frame,
        form=form,
        here=request.url.path,
        fresh_key=uuid4().hex,
        **context,
    )


async def inspection_task(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    inspection_id: str,
    template: str,
    form: Form | None,
    **context: object,
) -> HTMLResponse:
    """Render a task that needs nothing but its inspection."""
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    return await task(request, staff, parts, template, form, inspection=inspection, **context)


def done(request: Request, inspection_id: str) -> Response:
    """Close the drawer and tell the boxes; without script, go back to the inspection."""
    if by_htmx(request):
        return HTMLResponse("", headers=trigger(INSPECTION_CHANGED))
    return RedirectResponse(f"{STAFF_PATH}/inspections/{inspection_id}", 303)


def gone_to(request: Request, path: str) -> Response:
    """Go to another page, whoever asked."""
    if by_htmx(request):
        return HTMLResponse("", headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def noted(form: Form, refusal: RefusalError, *, otherwise: str) -> Form:
    """Put a refusal beside the field it is about, so that the input is kept."""
    field = refusal.extra.get("field")
    form.refuse(str(field) if field else otherwise, refusal.detail)
    return form
