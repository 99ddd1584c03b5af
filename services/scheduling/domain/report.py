"""Report files: what may be published, how much of it."""

from dataclasses import dataclass
from datetime import datetime

from services.scheduling.domain.refusals import ReportTooLargeError, UnsafeReportError

REPORT_BYTES_MAX = 25 * 1000 * 1000
REPORTS_MAX = 20
FILE_NAME_MAX = 120
MAGIC = b"%PDF-"


@dataclass(frozen=True, kw_only=True)
class ReportFile:
    """One published file; its bytes are kept under `report_id`."""

    report_id: str
    file_name: str
    size_bytes: int
    published_at: datetime


def refuse_impossible(content: bytes) -> None:
    """Refuse what is no PDF, empty or too large, before anything parses it."""
    if not content:
        raise UnsafeReportError("Choose the report (PDF)", field="report")
    if len(content) > REPORT_BYTES_MAX:
        raise ReportTooLargeError("A report may have at most 25 MB", field="report")
    if not content.startswith(MAGIC):
        raise UnsafeReportError("The report must be a PDF file", field="report")


def safe_file_name(typed: str) -> str:
    """Return a name that can be shown and downloaded: the last path part, plain characters."""
    last = typed.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in last if letter.isprintable() and letter not in '"<>|:*?')
    stem = plain.removesuffix(".pdf").removesuffix(".PDF").strip(" .")[:FILE_NAME_MAX]
    return f"{stem or 'report'}.pdf"
