"""Pages: the company's settings - client portal policies, profile, services."""

from typing import Annotated, cast
from uuid import uuid4

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.payment_policy import PaymentsProvider
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import (
    STAFF_PATH,
    durations_with,
    framed,
    noted,
    posted,
    zones_with,
)
from services.scheduling.entrypoints.pages_lines import amount
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.add_service import AddService, add_service
from services.scheduling.usecases.change_company import ChangeCompany, change_company
from services.scheduling.usecases.change_policy import ChangePolicy, change_policy
from services.scheduling.usecases.change_service import ChangeService, change_service
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import money_input
from shared.ui.navigation import HUES

router = APIRouter(prefix="/staff/scheduling/settings", include_in_schema=False)
Viewer = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
SETTINGS_PATH = f"{STAFF_PATH}/settings"
PROVIDERS = ("integrated", "none", "third_party")
HOUR_MINUTES = 60


@router.get("")
async def get_settings(_staff: Viewer) -> RedirectResponse:
    """Begin with the client portal."""
    return RedirectResponse(f"{SETTINGS_PATH}/client-portal", 303)


@router.get("/client-portal")
async def get_client_portal(
    request: Request, staff: Viewer, parts: ServiceParts, saved: str = ""
) -> HTMLResponse:
    """Show the payment policies with what each of them does and excludes."""
    company = await parts.lookups.company(staff.company_id)
    policy = company.policy
    values: dict[str, str] = {"payments_provider": policy.payments_provider}
    if policy.collect_payment_after_publish:
        values["collect_payment_after_publish"] = "on"
    if policy.allow_deferred_payment:
        values["allow_deferred_payment"] = "on"
    return await _client_portal(request, staff, parts, Form(values), saved=bool(saved))


@router.post("/client-portal")
async def post_client_portal(request: Request, staff: Owner, parts: ServiceParts) -> Response:
    """Change the policies, or say which of them exclude one another."""
    form = await posted(request)
    provider = form.choice("payments_provider", PROVIDERS, "Choose how you take payments")
    if form.ok:
        command = ChangePolicy(
            company_id=staff.company_id,
            payments_provider=cast("PaymentsProvider", provider),
            collect_payment_after_publish=form.has("collect_payment_after_publish"),
            allow_deferred_payment=form.has("allow_deferred_payment"),
        )
        try:
            await change_policy(command, office=parts.office)
        except RefusalError as refusal:
            noted(form, refusal, otherwise=_about(refusal.code))
        else:
            return RedirectResponse(f"{SETTINGS_PATH}/client-portal?saved=1", 303)
    return await _client_portal(request, staff, parts, form, saved=False)


@router.get("/company")
async def get_company(
    request: Request, staff: Viewer, parts: ServiceParts, saved: str = ""
) -> HTMLResponse:
    """Show the company's profile and agreement."""
    company = await parts.lookups.company(staff.company_id)
    form = Form(
        {
            "name": company.name,
            "tagline": company.tagline,
            "email": company.email,
            "phone": company.phone,
            "address": company.address,
            "time_zone": company.time_zone,
            "hue": str(company.hue),
            "agreement_title": company.agreement_title,
            "agreement_text": company.agreement_text,
        }
    )
    return await _company(request, staff, parts, form, saved=bool(saved))


@router.post("/company")
async def post_company(request: Request, staff: Owner, parts: ServiceParts) -> Response:
    """Change the profile."""
    form = await posted(request)
    hue = form.whole("hue", "Choose a color", maximum=359)
    text = form.text("agreement_text", "Enter the agreement's text", length_max=20_000)
    command = ChangeCompany(
        company_id=staff.company_id,
        name=one_line(form, "name", "Enter the company's name"),
        tagline=one_line(form, "tagline"),
        email=form.email("email", "Enter the company's email"),
        phone=one_line(form, "phone"),
        address=one_line(form, "address"),
        time_zone=one_line(form, "time_zone", "Choose a time zone"),
        hue=hue,
        agreement_title=one_line(form, "agreement_title", "Enter the agreement's title"),
        agreement_text=text.replace("\r\n", "\n"),
    )
    if form.ok:
        try:
            await change_company(command, office=parts.office)
        except RefusalError as refusal:
            noted(form, refusal, otherwise="name")
        else:
            return RedirectResponse(f"{SETTINGS_PATH}/company?saved=1", 303)
    return await _company(request, staff, parts, form, saved=False)


@router.get("/services")
async def get_services(
    request: Request, staff: Viewer, parts: ServiceParts, edit: str = ""
) -> HTMLResponse:
    """Show the catalogue, and one entry to edit."""
    services = await parts.lookups.services(staff.company_id)
    edited = next((service for service in services if service.service_id == edit), None)
    form = Form({"duration_minutes": "60"})
    if edited:
        company = await parts.lookups.company(staff.company_id)
        form = Form(
            {
                "name": edited.name,
                "note": edited.note,
                "price": money_input(edited.price_cents, company.currency),
                "duration_minutes": str(edited.duration_minutes),
            }
        )
    return await _services(request, staff, parts, form, edit=edit if edited else "")


@router.post("/services")
async def post_service(
    request: Request, staff: Owner, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Add a service, or change the one that is being edited."""
    form = await posted(request)
    edit = form.value("edit")
    try:
        if await _saved_service(form, staff, parts, edit, key):
            return RedirectResponse(f"{SETTINGS_PATH}/services", 303)
    except RefusalError as refusal:
        noted(form, refusal, otherwise="name")
    return await _services(request, staff, parts, form, edit=edit)


@router.post("/services/{service_id}/offer")
async def post_offer(
    request: Request, service_id: str, staff: Owner, parts: ServiceParts
) -> Response:
    """Offer a service, or stop offering it."""
    form = await posted(request)
    command = ChangeService(
        company_id=staff.company_id, service_id=service_id, active=form.value("active") == "yes"
    )
    await change_service(command, office=parts.office)
    return RedirectResponse(f"{SETTINGS_PATH}/services", 303)


async def _saved_service(form: Form, staff: Staff, parts: Parts, edit: str, key: str) -> bool:
    company = await parts.lookups.company(staff.company_id)
    name, note = one_line(form, "name", "Enter the service's name"), one_line(form, "note")
    cents = amount(form, "price", company.currency)
    minutes = form.whole("duration_minutes", "Choose how long it takes", minimum=15, maximum=1440)
    if not form.ok or cents is None or minutes is None:
        return False
    facts = {"name": name, "note": note, "price_cents": cents, "duration_minutes": minutes}
    if edit:
        change = ChangeService(company_id=staff.company_id, service_id=edit, **facts)  # type: ignore[arg-type]
        await change_service(change, office=parts.office)
        return True
    new = AddService(company_id=staff.company_id, **facts)  # type: ignore[arg-type]
    await once(
        parts,
        Wish(company_id=staff.company_id, key=key, meaning=["service", facts]),
        lambda office: add_service(new, office=office, secrets=parts.secrets),
        lambda service: Answer(201, {"service_id": service.service_id}),
    )
    return True


def _about(code: str) -> str:
    """Return the field a policy refusal is shown beside."""
    if code in {"deferred_payment_blocked", "open_third_party_invoices"}:
        return "allow_deferred_payment"
    return "collect_payment_after_publish"


async def _client_portal(
    request: Request, staff: Staff, parts: Parts, form: Form, *, saved: bool
) -> HTMLResponse:
    return await framed(
        request,
        staff,
        parts,
        "settings_client_portal.html",
        200 if form.ok else 422,
        current="settings",
        tab="client-portal",
        form=form,
        saved=saved,
        may_change=staff.may(Permission.SETTINGS),
        open_invoices=await parts.lookups.open_third_party_invoices(staff.company_id),
    )


async def _company(
    request: Request, staff: Staff, parts: Parts, form: Form, *, saved: bool
) -> HTMLResponse:
    company = await parts.lookups.company(staff.company_id)
    hues = {str(degrees): name.capitalize() for name, degrees in HUES.items()}
    return await framed(
        request,
        staff,
        parts,
        "settings_company.html",
        200 if form.ok else 422,
        current="settings",
        tab="company",
        form=form,
        saved=saved,
        may_change=staff.may(Permission.SETTINGS),
        zones=zones_with(company.time_zone),
        hues=list({**hues, str(company.hue): hues.get(str(company.hue), "As it is")}.items()),
    )


async def _services(
    request: Request, staff: Staff, parts: Parts, form: Form, *, edit: str
) -> HTMLResponse:
    return await framed(
        request,
        staff,
        parts,
        "settings_services.html",
        200 if form.ok else 422,
        current="settings",
        tab="services",
        form=form,
        edit=edit,
        services=await parts.lookups.services(staff.company_id),
        durations=durations_with(int(form.value("duration_minutes") or HOUR_MINUTES))
        if form.value("duration_minutes").isdigit()
        else durations_with(HOUR_MINUTES),
        may_change=staff.may(Permission.SETTINGS),
        key=uuid4().hex,
    )
