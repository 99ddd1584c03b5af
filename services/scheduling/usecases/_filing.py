"""How an uploaded report gets into the files before the inspection names it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.report import ReportFile, refuse_impossible, safe_file_name
from services.scheduling.usecases.ports import Reports, Secrets


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file as it was sent."""

    file_name: str
    content: bytes


async def filed(
    company_id: str,
    uploads: Sequence[Upload],
    *,
    reports: Reports,
    secrets: Secrets,
    now: datetime,
) -> tuple[ReportFile, ...]:
    """Judge every file first, then keep them; nothing is kept when one of them is refused."""
    for upload in uploads:
        refuse_impossible(upload.content)
        await reports.refuse_unsafe(upload.content)
    kept = []
    for upload in uploads:
        report = ReportFile(
            report_id=secrets.new_id(),
            file_name=safe_file_name(upload.file_name),
            size_bytes=len(upload.content),
            published_at=now,
        )
        await reports.keep(company_id, report.report_id, upload.content)
        kept.append(report)
    return tuple(kept)


async def forgotten(company_id: str, files: Sequence[ReportFile], *, reports: Reports) -> None:
    """Delete files that no inspection names."""
    for report in files:
        await reports.forget(company_id, report.report_id)
