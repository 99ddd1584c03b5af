"""Pages: a new inspection."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.staff import StaffMember
from services.scheduling.entrypoints.account_booking import account_booking, booked
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.booking_form import booking
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import (
    DURATIONS,
    STAFF_PATH,
    framed,
    noted,
    posted,
    zones_with,
)
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.ports import Lookups
from services.scheduling.usecases.schedule_inspection import schedule_inspection
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/inspections", include_in_schema=False)
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]
CONTACTS_OFFERED = 200
ACCOUNTS_OFFERED = 200


@router.get("/new")
async def get_new(
    request: Request,
    staff: Scheduler,
    parts: ServiceParts,
    day: str = "",
    account: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show the empty form; notifications are on, payment is required.

    With `account`, its sites are offered instead of asking for a property and a client.
    """
    company = await parts.lookups.company(staff.company_id)
    form = Form(
        {
            "starts": "09:00",
            "duration_minutes": "150",
            "require_payment": "on",
            "time_zone": company.time_zone,
            "date": day,
            "account": account,
        }
    )
    return await _shown(request, staff, parts, form)


@router.post("/new")
async def post_new(
    request: Request, staff: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Book it, or show what is wrong and keep what was typed."""
    form = await posted(request)
    if form.value("account"):
        return await _for_account(request, staff, parts, form, key)
    company = await parts.lookups.company(staff.company_id)
    command = booking(
        form,
        staff.company_id,
        inspectors=[member.staff_id for member in await _inspectors(parts.lookups, staff)],
        zones=[zone for zone, _ in zones_with(company.time_zone)],
        locked=company.policy.collect_payment_after_publish,
    )
    if command is None:
        return await _shown(request, staff, parts, form)
    meaning = ["new", vars(command)]
    try:
        known = await once(
            parts,
            Wish(company_id=staff.company_id, key=key, meaning=meaning),
            lambda office: schedule_inspection(
                command, office=office, secrets=parts.secrets, now=parts.now()
            ),
            lambda inspection: Answer(201, inspection_out(inspection).model_dump(mode="json")),
        )
    except RefusalError as refusal:
        return await _shown(request, staff, parts, noted(form, refusal, otherwise="street"))
    return RedirectResponse(f"{STAFF_PATH}/inspections/{known.body['inspection_id']}", 303)


async def _for_account(
    request: Request, staff: Staff, parts: ServiceParts, form: Form, key: str
) -> Response:
    company = await parts.lookups.company(staff.company_id)
    order = account_booking(
        form,
        await parts.lookups.account(staff.company_id, form.value("account")),
        inspectors=[member.staff_id for member in await _inspectors(parts.lookups, staff)],
        zones=[zone for zone, _ in zones_with(company.time_zone)],
        locked=company.policy.collect_payment_after_publish,
    )
    if order is not None:
        try:
            return RedirectResponse(await booked(parts, key, order), 303)
        except RefusalError as refusal:
            noted(form, refusal, otherwise="site")
    return await _shown(request, staff, parts, form)


async def _shown(request: Request, staff: Staff, parts: ServiceParts, form: Form) -> HTMLResponse:
    lookups = parts.lookups
    company = await lookups.company(staff.company_id)
    account_id = form.value("account")
    account = await lookups.account(staff.company_id, account_id) if account_id else None
    accounts, _ = await lookups.accounts(staff.company_id, limit=ACCOUNTS_OFFERED)
    contacts, _ = await lookups.contacts(staff.company_id, limit=CONTACTS_OFFERED)
    services = [s for s in await lookups.services(staff.company_id) if s.active]
    chosen = set(form.values("service"))
    return await framed(
        request,
        staff,
        parts,
        "new_inspection.html" if account is None else "new_account_inspection.html",
        200 if form.ok else 422,
        current="schedule" if account is None else "accounts",
        form=form,
        account=account,
        accounts=[(row.account_id, row.name) for row in accounts if row.active],
        chosen_sites=set(form.values("site")),
        contacts=[(c.contact_id, f"{c.name}, {c.email}" if c.email else c.name) for c in contacts],
        services=services,
        inspectors=[(m.staff_id, m.name) for m in await _inspectors(lookups, staff)],
        total_cents=sum(s.price_cents for s in services if s.service_id in chosen),
        durations=DURATIONS,
        zones=zones_with(company.time_zone),
        locked=company.policy.collect_payment_after_publish,
        key=form.value("idempotency_key") or uuid4().hex,
    )


async def _inspectors(lookups: Lookups, staff: Staff) -> list[StaffMember]:
    team = await lookups.team(staff.company_id)
    return [m for m in team if m.active and m.role != "read_only"]
