"""Staff: the page as the client sees it (R33)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse

from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.preview_inspection import Looker, preview_inspection
from shared.identity import Permission, Staff, staff_page

router = APIRouter(include_in_schema=False)


@router.post("/staff/portal/inspections/{inspection_id}/client-view")
async def client_view(
    request: Request,
    inspection_id: Annotated[str, Path(max_length=64)],
    staff: Annotated[Staff, Depends(staff_page(Permission.READ))],
) -> RedirectResponse:
    """Mint a link and go there; the address can be copied and works for the client."""
    wiring = wiring_of(request)
    link = await preview_inspection(
        inspection_id,
        Looker(staff.company_id, staff.staff_id),
        wiring.links,
        wiring.views,
        randomness=wiring.randomness,
        now=wiring.clock(),
    )
    return RedirectResponse(link.path, 303)
