"""Files behind links, passed on while they arrive from the service that keeps them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.portal.entrypoints.access import CLIENT_PAGES, PAYER_PAGES, Client, Payer
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.open_document import open_document
from services.portal.usecases.open_report import open_report
from services.portal.usecases.ports import File

clients = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)
payers = APIRouter(prefix=PAYER_PAGES, include_in_schema=False)


@clients.get("/invoice.pdf")
async def client_invoice(request: Request, visitor: Client) -> StreamingResponse:
    """The client's invoice."""
    wiring = wiring_of(request)
    return await streamed(await open_document(visitor.link, None, wiring.views, wiring.files))


@clients.get("/receipts/{payment_id}.pdf")
async def client_receipt(request: Request, payment_id: str, visitor: Client) -> StreamingResponse:
    """The receipt of one payment of the client's invoice."""
    wiring = wiring_of(request)
    opened = await open_document(visitor.link, payment_id, wiring.views, wiring.files)
    return await streamed(opened)


@clients.get("/reports/{report_id}")
async def client_report(request: Request, report_id: str, visitor: Client) -> StreamingResponse:
    """The report, if the gate is open now."""
    wiring = wiring_of(request)
    return await streamed(await open_report(visitor.link, report_id, wiring.views, wiring.files))


@clients.get("/calendar.ics")
async def client_appointment(request: Request, visitor: Client) -> StreamingResponse:
    """The inspection for the client's calendar; the same appointment as in the mails."""
    link = visitor.link
    calendars = wiring_of(request).calendars
    return await streamed(
        calendars.appointment(link.company_id, link.inspection_id, "Inspection.ics")
    )


@payers.get("/invoice.pdf")
async def payer_invoice(request: Request, visitor: Payer) -> StreamingResponse:
    """The third party's own invoice (R44)."""
    wiring = wiring_of(request)
    return await streamed(await open_document(visitor.link, None, wiring.views, wiring.files))


@payers.get("/receipts/{payment_id}.pdf")
async def payer_receipt(request: Request, payment_id: str, visitor: Payer) -> StreamingResponse:
    """The receipt of one payment of the third party's invoice."""
    wiring = wiring_of(request)
    opened = await open_document(visitor.link, payment_id, wiring.views, wiring.files)
    return await streamed(opened)


async def streamed(opened: AbstractAsyncContextManager[File]) -> StreamingResponse:
    """Open the file before answering, so that a refusal is still a refusal."""
    stack = AsyncExitStack()
    file = await stack.enter_async_context(opened)

    async def chunks() -> AsyncIterator[bytes]:
        async with stack:
            async for chunk in file.chunks:
                yield chunk

    plain = file.name.encode("ascii", "replace").decode().replace('"', "'")
    headers = {
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    }
    if file.size_bytes is not None:
        headers["Content-Length"] = str(file.size_bytes)
    return StreamingResponse(chunks(), media_type=file.media_type, headers=headers)
