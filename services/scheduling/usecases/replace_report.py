"""A published report gets a corrected file."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.inspection import Inspection
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases._filing import Upload, filed, forgotten
from services.scheduling.usecases.ports import Desk, Office, Reports, Secrets
from shared.contracts.scheduling import InspectionPublishedV1
from shared.problems import RefusalError


@dataclass(frozen=True, kw_only=True)
class ReplaceReport:
    """Which file of which inspection, and the new one."""

    company_id: str
    inspection_id: str
    report_id: str
    upload: Upload
    revision: int | None = None


async def replace_report(
    command: ReplaceReport, *, office: Office, reports: Reports, secrets: Secrets, now: datetime
) -> Inspection:
    """Put the new file in its place and tell it like a publication; the old bytes are deleted."""
    files = await filed(
        command.company_id, (command.upload,), reports=reports, secrets=secrets, now=now
    )

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        after = before.with_report_replaced(command.report_id, files[0])
        told = about_inspection(InspectionPublishedV1, after)
        await desk.write(after, before=before, events=[told])
        return after

    try:
        inspection = await office.transaction(work)
    except RefusalError:
        await forgotten(command.company_id, files, reports=reports)
        raise
    await reports.forget(command.company_id, command.report_id)
    return inspection
