"""Choosing to pay at closing (C30)."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.refusals import DeferralNotOfferedError, PaymentRefusedError
from services.portal.entrypoints.access import CLIENT_PAGES, Client, Visitor
from services.portal.entrypoints.client_pages import frame
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.defer_payment import Closing, defer_payment
from services.portal.usecases.show_inspection import show_inspection
from shared.problems import UnavailableError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)
NAME_LENGTH_MAX = 120


@router.get("/closing")
async def closing_form(request: Request, visitor: Client) -> Response:
    """The form, while paying at closing is offered."""
    return await _form(request, visitor, Form())


@router.post("/closing")
async def choose_closing(request: Request, visitor: Client) -> Response:
    """Record the choice, or the form again with what is wrong."""
    wiring = wiring_of(request)
    form = Form.posted((await request.form()).multi_items())
    closing = await _read(request, visitor, form)
    if closing is None:
        return await _form(request, visitor, form, status=422)
    try:
        await defer_payment(visitor.link, closing, wiring.views, wiring.billing)
    except (DeferralNotOfferedError, PaymentRefusedError) as error:
        form.refuse("closing_on", error.detail)
        return await _form(request, visitor, form, status=409)
    except UnavailableError:
        form.refuse("closing_on", "This could not be recorded. Wait a minute, then try again")
        return await _form(request, visitor, form, status=503)
    return RedirectResponse(f"/p/i/{visitor.link.link_id}?saved=deferred", 303)


async def _read(request: Request, visitor: Visitor, form: Form) -> Closing | None:
    wiring = wiring_of(request)
    closing_on = form.day("closing_on", "Enter the closing date")
    name = form.text("contact_name", "Enter who handles the closing", length_max=NAME_LENGTH_MAX)
    email = form.email("contact_email", "Enter that person's email address")
    accepted_by = form.text(
        "accepted_by", "Type your full name to accept", length_max=NAME_LENGTH_MAX
    )
    if not form.has("accepted"):
        form.refuse("accepted", "Tick the box to accept")
    company = await wiring.views.company(visitor.link.company_id)
    if closing_on is not None and company is not None:
        today = wiring.clock().astimezone(ZoneInfo(company.company.time_zone)).date()
        if closing_on < today:
            form.refuse("closing_on", "Enter a closing date that is today or later")
    if not form.ok or closing_on is None:
        return None
    return Closing(
        closing_on=closing_on, contact_name=name, contact_email=email, accepted_by=accepted_by
    )


async def _form(
    request: Request, visitor: Visitor, form: Form, *, status: int = 200
) -> HTMLResponse | RedirectResponse:
    wiring = wiring_of(request)
    shown = await show_inspection(visitor.link, "", wiring.views, wiring.checkouts, wiring.clock())
    if not shown.card.may_defer and status == 200:  # noqa: PLR2004 - a plain look
        return RedirectResponse(f"/p/i/{visitor.link.link_id}", 303)
    return page(
        request,
        "closing.html",
        status,
        **frame(request, visitor, shown),
        card=shown.card,
        invoice=shown.view.invoice,
        form=form,
    )
