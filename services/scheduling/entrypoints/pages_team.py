"""Pages: the team with its roles, and the company's API keys."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.staff import StaffRole
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.pages_frame import STAFF_PATH, framed, noted, posted
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.add_staff_member import AddStaffMember, add_staff_member
from services.scheduling.usecases.change_staff_member import (
    ChangeStaffMember,
    change_staff_member,
)
from services.scheduling.usecases.create_api_key import CreateApiKey, create_api_key
from services.scheduling.usecases.revoke_api_key import revoke_api_key
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.navigation import ROLE_NAMES

router = APIRouter(prefix="/staff/scheduling/settings/staff", include_in_schema=False)
Viewer = Annotated[Staff, Depends(staff_page(Permission.BILL))]
Owner = Annotated[Staff, Depends(staff_page(Permission.SETTINGS))]
HERE = f"{STAFF_PATH}/settings/staff"
ROLE_MEANINGS = {
    "owner": "Everything, settings included",
    "office": "Schedules, publishes, sends invoices, takes and refunds payments",
    "inspector": "Schedules and publishes; sees payments",
    "read_only": "Looks, changes nothing",
}


@router.get("")
async def get_team(request: Request, staff: Viewer, parts: ServiceParts) -> HTMLResponse:
    """Show who may do what."""
    return await _shown(request, staff, parts, Form({"role": "inspector"}), Form())


@router.post("")
async def post_member(request: Request, staff: Owner, parts: ServiceParts) -> Response:
    """Add somebody; the first password is shown once, to be handed over."""
    form = await posted(request)
    name = one_line(form, "name", "Enter the person's name")
    email = form.email("email", "Enter the person's email")
    role = form.choice("role", ROLE_NAMES, "Choose a role")
    phone = one_line(form, "phone")
    if not form.ok:
        return await _shown(request, staff, parts, form, Form())
    password = parts.secrets.new_secret()[:16]
    command = AddStaffMember(
        company_id=staff.company_id,
        name=name,
        email=email,
        phone=phone,
        role=cast("StaffRole", role),
        password=password,
    )
    try:
        await add_staff_member(
            command, office=parts.office, passwords=parts.passwords, secrets=parts.secrets
        )
    except RefusalError as refusal:
        noted(form, refusal, otherwise="email")
        return await _shown(request, staff, parts, form, Form())
    return await _shown(
        request,
        staff,
        parts,
        Form({"role": "inspector"}),
        Form(),
        shown_once=(f"Password for {name}", password),
    )


@router.post("/members/{staff_id}")
async def post_change(
    request: Request, staff_id: str, staff: Owner, parts: ServiceParts
) -> Response:
    """Change a role, deactivate or activate, or make a new password."""
    form = await posted(request)
    then = form.value("then")
    password = parts.secrets.new_secret()[:16] if then == "password" else None
    role = form.choice("role", ROLE_NAMES) if then == "role" else ""
    command = ChangeStaffMember(
        company_id=staff.company_id,
        staff_id=staff_id,
        role=cast("StaffRole", role) if role else None,
        active={"activate": True, "deactivate": False}.get(then),
        password=password,
    )
    member = await change_staff_member(command, office=parts.office, passwords=parts.passwords)
    if password is None:
        return RedirectResponse(HERE, 303)
    shown_once = (f"New password for {member.name}", password)
    fresh = Form({"role": "inspector"})
    return await _shown(request, staff, parts, fresh, Form(), shown_once=shown_once)


@router.post("/api-keys")
async def post_key(request: Request, staff: Owner, parts: ServiceParts) -> Response:
    """Create a key; its text is shown once."""
    form = await posted(request)
    name = one_line(form, "key_name", "Enter what the key is for")
    scopes = tuple(scope for scope in form.values("scopes") if scope in set(Permission))
    if not scopes:
        form.refuse("scopes", "Choose what the key may do")
    if not form.ok:
        return await _shown(request, staff, parts, Form({"role": "inspector"}), form)
    command = CreateApiKey(company_id=staff.company_id, name=name, scopes=scopes)
    created = await create_api_key(
        command, office=parts.office, secrets=parts.secrets, now=parts.now()
    )
    shown_once = (f"API key “{name}”", created.plain)
    fresh = Form({"role": "inspector"})
    return await _shown(request, staff, parts, fresh, Form(), shown_once=shown_once)


@router.post("/api-keys/{key_id}/revoke")
async def post_revoke(key_id: str, staff: Owner, parts: ServiceParts) -> Response:
    """End a key."""
    await revoke_api_key(staff.company_id, key_id, office=parts.office, now=parts.now())
    return RedirectResponse(HERE, 303)


async def _shown(
    request: Request,
    staff: Staff,
    parts: Parts,
    form: Form,
    key_form: Form,
    *,
    shown_once: tuple[str, str] | None = None,
) -> HTMLResponse:
    return await framed(
        request,
        staff,
        parts,
        "settings_staff.html",
        200 if form.ok and key_form.ok else 422,
        current="settings",
        tab="staff",
        form=form if form.errors or not key_form.errors else key_form,
        member_form=form,
        key_form=key_form,
        team=await parts.lookups.team(staff.company_id),
        keys=await parts.lookups.api_keys(staff.company_id),
        roles=list(ROLE_NAMES.items()),
        role_names=ROLE_NAMES,
        meanings=ROLE_MEANINGS,
        scopes=[scope.value for scope in Permission],
        shown_once=shown_once,
        may_change=staff.may(Permission.SETTINGS),
        me=staff.staff_id,
    )
