"""Staff: the links of an inspection, and the end of one."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.portal.domain.refusals import UnknownInspectionError
from services.portal.entrypoints.link_views import link_row
from services.portal.entrypoints.staff_frame import Reader, Writer, name_of, staff_view
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.end_link import EndLink, end_link
from services.portal.usecases.list_links import InspectionLinks, list_links
from shared.identity import Permission, Staff
from shared.webapp import page

BOX_ROWS = 4
LINKS = "/staff/portal/inspections/{inspection_id}/links"
router = APIRouter(include_in_schema=False)
Id = Annotated[str, Path(max_length=64)]


@router.get("/portal/fragments/inspections/{inspection_id}/links")
async def links_box(request: Request, inspection_id: Id, staff: Reader) -> HTMLResponse:
    """The Portal links box of the inspection page; empty until the booking is known here."""
    try:
        context = await _context(request, staff, inspection_id)
    except UnknownInspectionError:
        return page(request, "staff/links_box.html", rows=[])
    return page(request, "staff/links_box.html", box_rows=BOX_ROWS, **context)


@router.get(LINKS)
async def links_page(
    request: Request,
    inspection_id: Id,
    staff: Reader,
    done: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """All of them, also those that have ended."""
    context = await _context(request, staff, inspection_id)
    return await staff_view(request, staff, "links.html", "inspections", 200, done=done, **context)


@router.get(f"{LINKS}/{{link_id}}/end")
async def ask_to_end(
    request: Request, inspection_id: Id, link_id: Id, staff: Writer
) -> HTMLResponse:
    """Say what ends, and for whom."""
    found = await _found(request, staff, inspection_id)
    row = link_row(found.one(link_id), await _names(request, staff))
    return await staff_view(
        request, staff, "end_link.html", "inspections", row=row, inspection=found.inspection
    )


@router.post(f"{LINKS}/{{link_id}}/end")
async def end(request: Request, inspection_id: Id, link_id: Id, staff: Writer) -> RedirectResponse:
    """`End link`."""
    wiring = wiring_of(request)
    command = EndLink(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        link_id=link_id,
        by=name_of(staff),
    )
    await end_link(command, wiring.links, wiring.clock())
    return RedirectResponse(f"{LINKS.format(inspection_id=inspection_id)}?done=ended", 303)


async def _found(request: Request, staff: Staff, inspection_id: str) -> InspectionLinks:
    wiring = wiring_of(request)
    return await list_links(
        staff.company_id, inspection_id, wiring.links, wiring.views, wiring.clock()
    )


async def _context(request: Request, staff: Staff, inspection_id: str) -> dict[str, object]:
    found = await _found(request, staff, inspection_id)
    names = await _names(request, staff)
    return {
        "rows": [link_row(listed, names) for listed in found.listed],
        "inspection": found.inspection,
        "may_end": staff.may(Permission.SCHEDULE),
    }


async def _names(request: Request, staff: Staff) -> Mapping[str, str]:
    team = await wiring_of(request).customers.team.active(staff.company_id)
    return {member.staff_id: member.name for member in team}
