"""The report is published; what was agreed to be collected afterwards becomes due (R11)."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases._filing import Upload, filed, forgotten
from services.scheduling.usecases.ports import Desk, Office, Reports, Secrets
from shared.contracts.scheduling import InspectionPublishedV1
from shared.crash_points import crash_point
from shared.problems import RefusalError


@dataclass(frozen=True, kw_only=True)
class PublishInspection:
    """Which one, with which report files (PDF)."""

    company_id: str
    inspection_id: str
    uploads: tuple[Upload, ...] = ()
    revision: int | None = None


async def publish_inspection(
    command: PublishInspection,
    *,
    office: Office,
    reports: Reports,
    secrets: Secrets,
    now: datetime,
) -> Inspection:
    """Keep the files, then publish; publishing again adds files.

    Raises ReportMissingError, UnsafeReportError, ReportTooLargeError, IllegalMoveError. A crash
    between the two leaves a file nobody can reach, never a published report without its file.
    """
    files = await filed(
        command.company_id, command.uploads, reports=reports, secrets=secrets, now=now
    )
    crash_point("scheduling.report-kept")

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.published(files, at=now)
        if after != before:
            told = about_inspection(InspectionPublishedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    try:
        inspection = await office.transaction(work)
    except RefusalError:
        await forgotten(command.company_id, files, reports=reports)
        raise
    crash_point("scheduling.inspection-published")
    return inspection
