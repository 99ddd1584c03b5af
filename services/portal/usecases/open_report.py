"""Somebody with a link opens the report."""

from contextlib import AbstractAsyncContextManager

from services.portal.domain.links import Link
from services.portal.domain.refusals import ReportLockedError, UnknownDocumentError
from services.portal.domain.report_gate import report_state
from services.portal.usecases.ports import File, Files, Views


async def open_report(
    link: Link, report_id: str, views: Views, files: Files
) -> AbstractAsyncContextManager[File]:
    """The bytes, if the gate is open at this moment, for every holder alike (C29).

    Raises UnknownDocumentError and ReportLockedError.
    """
    view = await views.inspection(link.company_id, link.inspection_id)
    reports = view.inspection.reports if view else ()
    report = next((one for one in reports if one.report_id == report_id), None)
    if view is None or report is None:
        raise UnknownDocumentError
    if report_state(view) != "open":
        raise ReportLockedError("The report opens once it is published and paid.")
    return files.report(link.company_id, link.inspection_id, report_id, report.file_name)
