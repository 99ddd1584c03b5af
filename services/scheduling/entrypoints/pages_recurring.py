"""Tasks on an account customer: what is done regularly, its pause and its end."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.account_forms import (
    CADENCES,
    clock_text,
    new_recurring,
    site_words,
)
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_account_tasks import account_task
from services.scheduling.entrypoints.pages_accounts import ACCOUNTS_PATH
from services.scheduling.entrypoints.pages_frame import gone_to, noted, posted
from services.scheduling.entrypoints.pages_lines import amount
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.change_recurring_service import (
    ChangeRecurringService,
    change_recurring_service,
)
from services.scheduling.usecases.end_recurring_service import (
    EndRecurringService,
    end_recurring_service,
)
from services.scheduling.usecases.pause_recurring_service import (
    PauseRecurringService,
    pause_recurring_service,
)
from services.scheduling.usecases.resume_recurring_service import (
    ResumeRecurringService,
    resume_recurring_service,
)
from services.scheduling.usecases.start_recurring_service import start_recurring_service
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import money_input

router = APIRouter(
    prefix="/staff/scheduling/accounts/{account_id}/recurring", include_in_schema=False
)
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]


@router.get("/new")
async def get_new(
    request: Request, account_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask what is to be done regularly."""
    account = await parts.lookups.account(staff.company_id, account_id)
    form = Form({"visit_at": "09:00", "cadence": "monthly"})
    return await _new(request, staff, parts, account, form)


@router.post("/new")
async def post_new(
    request: Request, account_id: str, staff: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Set it up, or show what is wrong."""
    form = await posted(request)
    account = await parts.lookups.account(staff.company_id, account_id)
    company = await parts.lookups.company(staff.company_id)
    team = [member.staff_id for member in await parts.lookups.team(staff.company_id)]
    command = new_recurring(form, account, currency=company.currency, inspectors=team)
    if command is not None:
        try:
            await once(
                parts,
                Wish(company_id=staff.company_id, key=key, meaning=["recurring", form.typed]),
                lambda office: start_recurring_service(
                    command, office=office, secrets=parts.secrets, now=parts.now()
                ),
                lambda service: Answer(201, {"recurring_id": service.recurring_id}),
            )
        except RefusalError as refusal:
            noted(form, refusal, otherwise="site")
        else:
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    return await _new(request, staff, parts, account, form)


@router.get("/{recurring_id}")
async def get_recurring(
    request: Request, account_id: str, recurring_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Show what can be done with it."""
    account = await parts.lookups.account(staff.company_id, account_id)
    service = await _service(parts, staff.company_id, account_id, recurring_id)
    company = await parts.lookups.company(staff.company_id)
    values = {
        "visit_at": service.visit_at,
        "price": money_input(service.amount_cents, company.currency),
        "inspector": service.inspector_id,
    }
    return await _one(request, staff, parts, account, service, Form(values))


@router.post("/{recurring_id}")
async def post_recurring(
    request: Request, account_id: str, recurring_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Change it, pause it with a reason, resume or end it."""
    form = await posted(request)
    account = await parts.lookups.account(staff.company_id, account_id)
    service = await _service(parts, staff.company_id, account_id, recurring_id)
    try:
        if await _acted(form, service, parts):
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    except RefusalError as refusal:
        noted(form, refusal, otherwise="visit_at")
    return await _one(request, staff, parts, account, service, form)


async def _acted(form: Form, service: RecurringService, parts: Parts) -> bool:
    company_id, recurring_id = service.company_id, service.recurring_id
    match form.value("then"):
        case "pause":
            reason = form.text("reason", "Enter why the service is paused", length_max=500)
            if form.ok:
                pause = PauseRecurringService(
                    company_id=company_id, recurring_id=recurring_id, reason=reason
                )
                await pause_recurring_service(pause, office=parts.office)
        case "resume":
            resume = ResumeRecurringService(company_id=company_id, recurring_id=recurring_id)
            await resume_recurring_service(resume, office=parts.office, now=parts.now())
        case "end":
            end = EndRecurringService(company_id=company_id, recurring_id=recurring_id)
            await end_recurring_service(end, office=parts.office)
        case _:
            await _changed(form, service, parts)
    return form.ok


async def _changed(form: Form, service: RecurringService, parts: Parts) -> None:
    company = await parts.lookups.company(service.company_id)
    visit_at = form.clock("visit_at", "Enter when the visit begins")
    cents = amount(form, "price", company.currency)
    inspector = form.text("inspector", "Choose an inspector", length_max=64)
    if not form.ok or visit_at is None:
        return
    change = ChangeRecurringService(
        company_id=service.company_id,
        recurring_id=service.recurring_id,
        visit_at=clock_text(visit_at),
        amount_cents=cents,
        inspector_id=inspector,
    )
    await change_recurring_service(change, office=parts.office)


async def _service(
    parts: Parts, company_id: str, account_id: str, recurring_id: str
) -> RecurringService:
    service = await parts.lookups.recurring(company_id, recurring_id)
    if service.account_id != account_id:
        raise UnknownError(what="recurring_service")
    return service


async def _new(
    request: Request, staff: Staff, parts: Parts, account: CustomerAccount, form: Form
) -> Response:
    company = await parts.lookups.company(staff.company_id)
    services = [s for s in await parts.lookups.services(staff.company_id) if s.active]
    return await account_task(
        request,
        staff,
        parts,
        account,
        "task_recurring_new.html",
        form,
        sites=site_words(account.sites),
        services=[(s.service_id, s.name) for s in services],
        cadences=CADENCES,
        inspectors=await _inspectors(parts, staff.company_id),
        currency=company.currency,
        time_zone=company.time_zone,
    )


async def _one(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    account: CustomerAccount,
    service: RecurringService,
    form: Form,
) -> Response:
    company = await parts.lookups.company(staff.company_id)
    return await account_task(
        request,
        staff,
        parts,
        account,
        "task_recurring.html",
        form,
        service=service,
        cadence=dict(CADENCES)[service.cadence],
        inspectors=await _inspectors(parts, staff.company_id),
        currency=company.currency,
        time_zone=company.time_zone,
    )


async def _inspectors(parts: Parts, company_id: str) -> list[tuple[str, str]]:
    team = await parts.lookups.team(company_id)
    return [(m.staff_id, m.name) for m in team if m.active and m.role != "read_only"]
