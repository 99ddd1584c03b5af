"""Tasks on an inspection: the menu, reschedule, duplicate, cancel."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.domain.inspection import Inspection
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.booking_form import instant
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import (
    STAFF_PATH,
    done,
    durations_with,
    gone_to,
    inspection_task,
    noted,
    posted,
    task,
)
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases.cancel_inspection import CancelInspection, cancel_inspection
from services.scheduling.usecases.duplicate_inspection import (
    DuplicateInspection,
    duplicate_inspection,
)
from services.scheduling.usecases.reschedule_inspection import (
    RescheduleInspection,
    reschedule_inspection,
)
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import local

router = APIRouter(prefix="/staff/scheduling/inspections/{inspection_id}", include_in_schema=False)
Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]


@router.get("/actions")
async def get_actions(
    request: Request, inspection_id: str, staff: Reader, parts: ServiceParts
) -> Response:
    """Show what can be done with the inspection, according to the reader's role."""
    return await inspection_task(
        request,
        staff,
        parts,
        inspection_id,
        "task_actions.html",
        None,
        may_schedule=staff.may(Permission.SCHEDULE),
        may_publish=staff.may(Permission.PUBLISH),
    )


@router.get("/reschedule")
async def get_reschedule(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask when, and by whom."""
    return await _moving(request, staff, parts, inspection_id, "task_reschedule.html", None)


@router.post("/reschedule")
async def post_reschedule(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Move it; the release policy stays as it was booked (C3)."""
    form = await posted(request)
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    starts_at = instant(form, inspection.time_zone)
    minutes = form.whole("duration_minutes", "Choose how long it takes", minimum=15, maximum=1440)
    inspector = form.text("inspector", "Choose an inspector", length_max=64)
    if form.ok:
        command = RescheduleInspection(
            company_id=staff.company_id,
            inspection_id=inspection_id,
            starts_at=starts_at,
            duration_minutes=minutes,
            inspector_id=inspector,
        )
        try:
            await reschedule_inspection(command, office=parts.office)
        except RefusalError as refusal:
            noted(form, refusal, otherwise="date")
        else:
            return done(request, inspection_id)
    return await _moving(request, staff, parts, inspection_id, "task_reschedule.html", form)


@router.get("/duplicate")
async def get_duplicate(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask when the copy takes place."""
    return await _moving(request, staff, parts, inspection_id, "task_duplicate.html", None)


@router.post("/duplicate")
async def post_duplicate(
    request: Request,
    inspection_id: str,
    staff: Scheduler,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> Response:
    """Book the copy under today's policy (C3) and go there."""
    form = await posted(request)
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    starts_at = instant(form, inspection.time_zone)
    if starts_at is None:
        return await _moving(request, staff, parts, inspection_id, "task_duplicate.html", form)
    command = DuplicateInspection(
        company_id=staff.company_id, inspection_id=inspection_id, starts_at=starts_at
    )
    known = await once(
        parts,
        Wish(
            company_id=staff.company_id,
            key=key,
            meaning=["duplicate", inspection_id, starts_at],
        ),
        lambda office: duplicate_inspection(
            command, office=office, secrets=parts.secrets, now=parts.now()
        ),
        lambda copy: Answer(201, inspection_out(copy).model_dump(mode="json")),
    )
    return gone_to(request, f"{STAFF_PATH}/inspections/{known.body['inspection_id']}")


@router.get("/cancel")
async def get_cancel(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask whether it is meant."""
    return await inspection_task(request, staff, parts, inspection_id, "task_cancel.html", Form())


@router.post("/cancel")
async def post_cancel(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Cancel it."""
    command = CancelInspection(company_id=staff.company_id, inspection_id=inspection_id)
    await cancel_inspection(command, office=parts.office, now=parts.now())
    return gone_to(request, f"{STAFF_PATH}/inspections/{inspection_id}")


async def _moving(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    inspection_id: str,
    template: str,
    form: Form | None,
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    team = await parts.lookups.team(staff.company_id)
    return await task(
        request,
        staff,
        parts,
        template,
        form or _as_booked(inspection),
        inspection=inspection,
        durations=durations_with(inspection.duration_minutes),
        inspectors=[(m.staff_id, m.name) for m in team if m.active and m.role != "read_only"],
    )


def _as_booked(inspection: Inspection) -> Form:
    starts = local(inspection.starts_at, inspection.time_zone)
    return Form(
        {
            "date": starts.date().isoformat(),
            "starts": f"{starts:%H:%M}",
            "duration_minutes": str(inspection.duration_minutes),
            "inspector": inspection.inspector.staff_id,
        }
    )
