"""JSON: publishing report files, replacing and fetching them."""

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import JSONResponse, StreamingResponse

from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.api_answers import InspectionOut, inspection_out
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._filing import Upload
from services.scheduling.usecases.publish_inspection import (
    PublishInspection,
    publish_inspection,
)
from services.scheduling.usecases.replace_report import ReplaceReport, replace_report
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/inspections", tags=["reports"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Publisher = Annotated[Staff | ApiClient, Depends(may(Permission.PUBLISH))]


@router.post(
    "/{inspection_id}/publish",
    response_model=InspectionOut,
    responses=responses(401, 403, 404, 409, 413, 422),
)
async def post_publish(
    inspection_id: str,
    caller: Publisher,
    parts: ServiceParts,
    key: IdempotencyKey,
    report: Annotated[list[UploadFile], File(description="One or more PDF files")],
) -> JSONResponse:
    """Publish with the report (PDF, at most 25 MB each); publishing again adds files."""
    uploads = tuple([await uploaded(file) for file in report])
    command = PublishInspection(
        company_id=caller.company_id, inspection_id=inspection_id, uploads=uploads
    )
    meaning = ["publish", inspection_id, [hashlib.sha256(u.content).hexdigest() for u in uploads]]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: publish_inspection(
            command,
            office=office,
            reports=parts.reports,
            secrets=parts.secrets,
            now=parts.now(),
        ),
        lambda inspection: Answer(200, inspection_out(inspection).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.put(
    "/{inspection_id}/reports/{report_id}", responses=responses(401, 403, 404, 409, 413, 422)
)
async def put_report(
    inspection_id: str,
    report_id: str,
    caller: Publisher,
    parts: ServiceParts,
    report: Annotated[UploadFile, File()],
) -> InspectionOut:
    """Replace one published file."""
    command = ReplaceReport(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        report_id=report_id,
        upload=await uploaded(report),
    )
    inspection = await replace_report(
        command,
        office=parts.office,
        reports=parts.reports,
        secrets=parts.secrets,
        now=parts.now(),
    )
    return inspection_out(inspection)


@router.get(
    "/{inspection_id}/reports/{report_id}",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/pdf": {}}}, **responses(401, 403, 404)},
)
async def get_report(
    inspection_id: str, report_id: str, caller: Reader, parts: ServiceParts
) -> StreamingResponse:
    """Download a report file as staff; the gate is for clients."""
    return await report_answer(parts, caller.company_id, inspection_id, report_id)


async def report_answer(
    parts: Parts, company_id: str, inspection_id: str, report_id: str
) -> StreamingResponse:
    """Stream one file of one inspection as a download. Raises UnknownError."""
    inspection = await parts.lookups.inspection(company_id, inspection_id)
    report = next((r for r in inspection.reports if r.report_id == report_id), None)
    if report is None:
        raise UnknownError(what="report")
    pieces = parts.reports.read(company_id, report_id)
    first = await anext(pieces, b"")  # a missing file is a 404, not a broken stream

    async def whole() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    headers = {
        "Content-Disposition": f'attachment; filename="{_ascii(report.file_name)}"',
        "Content-Length": str(report.size_bytes),
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return StreamingResponse(whole(), media_type="application/pdf", headers=headers)


async def uploaded(file: UploadFile) -> Upload:
    """Read a sent file; its size was bounded before it reached us."""
    return Upload(file_name=file.filename or "report.pdf", content=await file.read())


def _ascii(name: str) -> str:
    return name.encode("ascii", "replace").decode().replace("?", "_")
