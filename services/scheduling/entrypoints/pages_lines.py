"""Tasks on an inspection: add a service, fee or credit; reprice or remove a line."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.domain.lines import LineKind
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import done, noted, posted, task
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._booking import NewLine
from services.scheduling.usecases.change_services import ChangeServices, change_services
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.money import MAX_CENTS, NotAnAmountError, cents_typed_as, money
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import money_input

router = APIRouter(prefix="/staff/scheduling/inspections/{inspection_id}", include_in_schema=False)
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]


@router.get("/add-service")
async def get_add(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask what to add."""
    return await _adding(request, staff, parts, inspection_id, Form({"kind": "service"}))


@router.post("/add-service")
async def post_add(
    request: Request,
    inspection_id: str,
    staff: Scheduler,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> Response:
    """Add it; the Services box then asks about the agreement (R58)."""
    form = await posted(request)
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    line = _line(form, inspection.currency)
    if line is None:
        return await _adding(request, staff, parts, inspection_id, form)
    command = ChangeServices(company_id=staff.company_id, inspection_id=inspection_id, add=(line,))
    try:
        await once(
            parts,
            Wish(
                company_id=staff.company_id,
                key=key,
                meaning=["line", inspection_id, vars(line)],
            ),
            lambda office: change_services(command, office=office, secrets=parts.secrets),
            lambda after: Answer(201, inspection_out(after).model_dump(mode="json")),
        )
    except RefusalError as refusal:
        noted(form, refusal, otherwise="amount")
        return await _adding(request, staff, parts, inspection_id, form)
    return done(request, inspection_id)


@router.get("/lines/{line_id}")
async def get_line(
    request: Request, inspection_id: str, line_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask for another price, or whether to remove the line."""
    return await _line_task(request, staff, parts, inspection_id, line_id, None)


@router.post("/lines/{line_id}")
async def post_line(
    request: Request, inspection_id: str, line_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Reprice or remove it."""
    form = await posted(request)
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    command = ChangeServices(company_id=staff.company_id, inspection_id=inspection_id)
    if form.value("then") == "remove":
        command = ChangeServices(
            company_id=staff.company_id, inspection_id=inspection_id, remove=(line_id,)
        )
    else:
        cents = amount(form, "amount", inspection.currency)
        if cents is None:
            return await _line_task(request, staff, parts, inspection_id, line_id, form)
        command = ChangeServices(
            company_id=staff.company_id,
            inspection_id=inspection_id,
            reprice=((line_id, cents),),
        )
    try:
        await change_services(command, office=parts.office, secrets=parts.secrets)
    except RefusalError as refusal:
        noted(form, refusal, otherwise="amount")
        form.errors = {"amount": next(iter(form.errors.values()))}
        return await _line_task(request, staff, parts, inspection_id, line_id, form)
    return done(request, inspection_id)


def amount(form: Form, name: str, currency: str) -> int | None:
    """Return a typed amount in whole minor units, zero allowed; None with the error noted."""
    typed = form.text(name, "Enter an amount")
    if not typed:
        return None
    try:
        cents = cents_typed_as(typed, currency)
    except NotAnAmountError:
        form.refuse(name, "Enter an amount like 1,234.50")
        return None
    if cents > MAX_CENTS:
        form.refuse(name, "Enter a smaller amount")
        return None
    return cents


def _line(form: Form, currency: str) -> NewLine | None:
    kind = form.choice("kind", ("service", "manual"), "Choose what to add")
    if kind == "service":
        service_id = form.text("service", "Choose a service", length_max=64)
        price = form.text("price")
        cents = amount(form, "price", currency) if price else None
        line = NewLine(kind="service", service_id=service_id, amount_cents=cents)
        return line if form.ok else None
    sign = form.choice("manual_kind", ("fee", "credit"), "Choose fee or credit")
    name = one_line(form, "name", "Enter what it is for")
    cents = amount(form, "amount", currency)
    note = one_line(form, "note")
    if not form.ok:
        return None
    return NewLine(kind=cast("LineKind", sign), name=name, note=note, amount_cents=cents)


async def _adding(
    request: Request, staff: Staff, parts: Parts, inspection_id: str, form: Form
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    services = await parts.lookups.services(staff.company_id)
    return await task(
        request,
        staff,
        parts,
        "task_add_service.html",
        form,
        inspection=inspection,
        services=[
            (s.service_id, f"{s.name}, {money(s.price_cents, inspection.currency)}")
            for s in services
            if s.active
        ],
    )


async def _line_task(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    inspection_id: str,
    line_id: str,
    form: Form | None,
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    line = next((line for line in inspection.lines if line.line_id == line_id), None)
    if line is None:
        raise UnknownError("This line is not on the inspection any more")
    typed = money_input(abs(line.amount_cents), inspection.currency)
    return await task(
        request,
        staff,
        parts,
        "task_line.html",
        form or Form({"amount": typed}),
        inspection=inspection,
        line=line,
    )
