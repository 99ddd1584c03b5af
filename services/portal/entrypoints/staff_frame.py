"""What staff pages of the portal need around them: who looks, and the company's look."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from services.portal.domain.refusals import PageNotReadyError
from services.portal.domain.views import CompanyView
from services.portal.entrypoints.look import brand_of
from services.portal.entrypoints.wiring import wiring_of
from shared.identity import ApiClient, Permission, Staff, may, staff_page
from shared.ui import Brand, Form
from shared.ui.navigation import shell_for
from shared.webapp import page

Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Writer = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]
Viewer = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
ApiReader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
ApiWriter = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]
ApiOwner = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]


def name_of(caller: Staff | ApiClient) -> str:
    """As a customer reads it; a program speaks for the company."""
    return caller.name if isinstance(caller, Staff) else "The office"


async def company_of(request: Request, company_id: str) -> CompanyView:
    """The company as scheduling told it. Raises PageNotReadyError before that."""
    company = await wiring_of(request).views.company(company_id)
    if company is None:
        raise PageNotReadyError("Your company will be here in a moment.")
    return company


async def staff_view(
    request: Request,
    staff: Staff,
    template: str,
    current: str,
    status: int = 200,
    **more: object,
) -> HTMLResponse:
    """Render a page in the staff frame."""
    company = await wiring_of(request).views.company(staff.company_id)
    brand = brand_of(company) if company else Brand(name="Your company")
    return page(
        request,
        f"staff/{template}",
        status,
        shell=shell_for(staff, brand, current),
        zone=company.company.time_zone if company else "UTC",
        **{"form": Form(), **more},
    )
