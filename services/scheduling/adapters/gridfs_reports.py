"""Report files in GridFS, judged by pikepdf before they are kept."""

import asyncio
import io
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pikepdf
from gridfs.errors import NoFile

from services.scheduling.domain.refusals import UnknownError, UnsafeReportError
from shared.mongo import Store

PIECE_BYTES = 255 * 1024
DEPTH_MAX = 50
KINDS = ("/JavaScript", "/Launch", "/EmbeddedFile")
FORBIDDEN = frozenset({"/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/EmbeddedFiles"})


class GridFsReports:
    """Files under their report's id; the company is part of every question."""

    def __init__(self, store: Store) -> None:
        """The service's own store."""
        self._files = store.files("reports")
        self._judging = asyncio.Semaphore(1)

    async def refuse_unsafe(self, content: bytes) -> None:
        async with self._judging:  # a parsed PDF may take several times its size
            await asyncio.to_thread(refuse_unsafe_pdf, content)

    async def keep(self, company_id: str, report_id: str, content: bytes) -> None:
        stream = self._files.open_upload_stream_with_id(
            report_id, "report.pdf", metadata={"company_id": company_id}
        )
        await stream.write(content)
        await stream.close()

    async def forget(self, company_id: str, report_id: str) -> None:
        try:
            await self._opened(company_id, report_id)
            await self._files.delete(report_id)
        except (NoFile, UnknownError):
            return

    async def read(self, company_id: str, report_id: str) -> AsyncIterator[bytes]:
        stream = await self._opened(company_id, report_id)
        while piece := await stream.read(PIECE_BYTES):
            yield piece

    async def _opened(self, company_id: str, report_id: str) -> Any:
        try:
            stream = await self._files.open_download_stream(report_id)
        except NoFile as error:
            raise UnknownError(what="report") from error
        if (stream.metadata or {}).get("company_id") != company_id:
            raise UnknownError(what="report")
        return stream


def refuse_unsafe_pdf(content: bytes) -> None:
    """Raise UnsafeReportError for a PDF that is broken, locked, or could run or carry something."""
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            found = next(_forbidden_in(pdf), None)
    except pikepdf.PasswordError as error:
        raise UnsafeReportError("The PDF needs a password to open", field="report") from error
    except pikepdf.PdfError as error:
        raise UnsafeReportError("The PDF is damaged and cannot be read", field="report") from error
    if found:
        raise UnsafeReportError(
            f"The PDF contains {found.removeprefix('/')}, which a report may not. "
            "Print it to a new PDF and upload that",
            field="report",
        )


def _forbidden_in(pdf: pikepdf.Pdf) -> Iterator[str]:
    """Look at every object of the file, reachable or not, and at everything inside it."""
    for part in pdf.objects:
        yield from _forbidden_inside(part)


def _forbidden_inside(part: Any, depth: int = 0) -> Iterator[str]:
    if depth > DEPTH_MAX:
        yield "/TooDeeplyNestedObjects"
    elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
        yield from sorted(set(part.keys()) & FORBIDDEN)
        yield from (str(value) for value in (part.get("/S"), part.get("/Type")) if value in KINDS)
        for name in part.keys():  # noqa: SIM118 - a PDF object, not a dict
            yield from _inside_direct(part[name], depth)
    elif isinstance(part, pikepdf.Array):
        for item in part:
            yield from _inside_direct(item, depth)


def _inside_direct(part: Any, depth: int) -> Iterator[str]:
    """Follow what is written inside its parent; what stands on its own has its own turn."""
    if isinstance(part, pikepdf.Object) and not part.is_indirect:
        yield from _forbidden_inside(part, depth + 1)
