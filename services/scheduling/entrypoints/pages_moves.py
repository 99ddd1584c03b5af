"""Tasks on an inspection: publish, replace a report, reschedule, duplicate, cancel, the menu."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.booking_form import instant
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import (
    STAFF_PATH,
    done,
    durations_with,
    gone_to,
    noted,
    posted,
    task,
)
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._filing import Upload
from services.scheduling.usecases.cancel_inspection import CancelInspection, cancel_inspection
from services.scheduling.usecases.duplicate_inspection import (
    DuplicateInspection,
    duplicate_inspection,
)
from services.scheduling.usecases.publish_inspection import (
    PublishInspection,
    publish_inspection,
)
from services.scheduling.usecases.replace_report import ReplaceReport, replace_report
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
Publisher = Annotated[Staff, Depends(staff_page(Permission.PUBLISH))]


@router.get("/actions")
async def get_actions(
    request: Request, inspection_id: str, staff: Reader, parts: ServiceParts
) -> Response:
    """Show what can be done with the inspection, according to the reader's role."""
    return await _shown(
        request,
        staff,
        parts,
        inspection_id,
        "task_actions.html",
        None,
        may_schedule=staff.may(Permission.SCHEDULE),
        may_publish=staff.may(Permission.PUBLISH),
    )


@router.get("/publish")
async def get_publish(
    request: Request, inspection_id: str, staff: Publisher, parts: ServiceParts
) -> Response:
    """Ask for the report."""
    return await _shown(request, staff, parts, inspection_id, "task_publish.html", Form())


@router.post("/publish")
async def post_publish(
    request: Request,
    inspection_id: str,
    staff: Publisher,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> Response:
    """Publish with the report; a file that is refused changes nothing."""
    form = await posted(request)
    uploads = await _files(request)
    command = PublishInspection(
        company_id=staff.company_id, inspection_id=inspection_id, uploads=uploads
    )
    digests = [hashlib.sha256(upload.content).hexdigest() for upload in uploads]
    try:
        await once(
            parts,
            Wish(
                company_id=staff.company_id,
                key=key,
                meaning=["publish", inspection_id, digests],
            ),
            lambda office: publish_inspection(
                command,
                office=office,
                reports=parts.reports,
                secrets=parts.secrets,
                now=parts.now(),
            ),
            lambda after: Answer(200, inspection_out(after).model_dump(mode="json")),
        )
    except RefusalError as refusal:
        noted(form, refusal, otherwise="report")
        return await _shown(request, staff, parts, inspection_id, "task_publish.html", form)
    return done(request, inspection_id)


@router.get("/reports/{report_id}/replace")
async def get_replace(
    request: Request, inspection_id: str, report_id: str, staff: Publisher, parts: ServiceParts
) -> Response:
    """Ask for the corrected file."""
    return await _replacing(request, staff, parts, inspection_id, report_id, Form())


@router.post("/reports/{report_id}/replace")
async def post_replace(
    request: Request, inspection_id: str, report_id: str, staff: Publisher, parts: ServiceParts
) -> Response:
    """Put it in the place of the published one."""
    form = await posted(request)
    files = await _files(request)
    command = ReplaceReport(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        report_id=report_id,
        upload=files[0] if files else Upload(file_name="", content=b""),
    )
    try:
        await replace_report(
            command,
            office=parts.office,
            reports=parts.reports,
            secrets=parts.secrets,
            now=parts.now(),
        )
    except RefusalError as refusal:
        noted(form, refusal, otherwise="report")
        return await _replacing(request, staff, parts, inspection_id, report_id, form)
    return done(request, inspection_id)


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
    return await _shown(request, staff, parts, inspection_id, "task_cancel.html", Form())


@router.post("/cancel")
async def post_cancel(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Cancel it."""
    command = CancelInspection(company_id=staff.company_id, inspection_id=inspection_id)
    await cancel_inspection(command, office=parts.office, now=parts.now())
    return gone_to(request, f"{STAFF_PATH}/inspections/{inspection_id}")


async def _files(request: Request) -> tuple[Upload, ...]:
    """Read the sent files and let go of their temporary copies."""
    uploads = []
    for part in (await request.form()).getlist("report"):
        if isinstance(part, UploadFile):
            if part.filename:
                uploads.append(Upload(file_name=part.filename, content=await part.read()))
            await part.close()
    return tuple(uploads)


async def _shown(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    inspection_id: str,
    template: str,
    form: Form | None,
    **context: object,
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    return await task(request, staff, parts, template, form, inspection=inspection, **context)


async def _replacing(  # noqa: PLR0917 - what a page is shown with
    request: Request, staff: Staff, parts: Parts, inspection_id: str, report_id: str, form: Form
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    report = next((r for r in inspection.reports if r.report_id == report_id), None)
    if report is None:
        raise UnknownError("This report is not on the inspection any more")
    return await task(
        request, staff, parts, "task_replace.html", form, inspection=inspection, report=report
    )


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
