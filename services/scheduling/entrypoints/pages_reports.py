"""Tasks on an inspection: publish its report, replace one."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from starlette.datastructures import UploadFile

from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import done, inspection_task, noted, posted, task
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._filing import Upload
from services.scheduling.usecases.publish_inspection import (
    PublishInspection,
    publish_inspection,
)
from services.scheduling.usecases.replace_report import ReplaceReport, replace_report
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/inspections/{inspection_id}", include_in_schema=False)
Publisher = Annotated[Staff, Depends(staff_page(Permission.PUBLISH))]


@router.get("/publish")
async def get_publish(
    request: Request, inspection_id: str, staff: Publisher, parts: ServiceParts
) -> Response:
    """Ask for the report."""
    return await inspection_task(request, staff, parts, inspection_id, "task_publish.html", Form())


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
        return await inspection_task(
            request, staff, parts, inspection_id, "task_publish.html", form
        )
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


async def _files(request: Request) -> tuple[Upload, ...]:
    """Read the sent files and let go of their temporary copies."""
    uploads = []
    for part in (await request.form()).getlist("report"):
        if isinstance(part, UploadFile):
            if part.filename:
                uploads.append(Upload(file_name=part.filename, content=await part.read()))
            await part.close()
    return tuple(uploads)


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
