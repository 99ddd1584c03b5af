"""Files of billing and scheduling over HTTP, passed on while they arrive."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from services.portal.domain.refusals import UnknownDocumentError
from services.portal.usecases.ports import File
from shared.service_client import RemoteRefusalError, ServiceClient

PDF = "application/pdf"


class FilesHttp:
    """The bytes other services keep."""

    def __init__(self, billing: ServiceClient, scheduling: ServiceClient) -> None:
        """Invoices and receipts come from billing, reports from scheduling."""
        self._billing = billing
        self._scheduling = scheduling

    def invoice(
        self, company_id: str, invoice_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """Billing's PDF."""
        path = f"/internal/v1/invoices/{invoice_id}/document"
        return passed_on(self._billing, path, {"company_id": company_id}, name)

    def receipt(
        self, company_id: str, payment_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """Billing's PDF."""
        path = f"/internal/v1/payments/{payment_id}/receipt"
        return passed_on(self._billing, path, {"company_id": company_id}, name)

    def report(
        self, company_id: str, inspection_id: str, report_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """Scheduling's file."""
        path = f"/internal/v1/inspections/{inspection_id}/reports/{report_id}"
        return passed_on(self._scheduling, path, {"company_id": company_id}, name)


@asynccontextmanager
async def passed_on(
    client: ServiceClient, path: str, asked: Mapping[str, str], name: str, media_type: str = PDF
) -> AsyncIterator[File]:
    """One GET; its bytes are not kept here. Raises UnknownDocumentError for any refusal."""
    try:
        async with client.stream(path, asked) as response:
            length = response.headers.get("content-length")
            yield File(
                name=name,
                media_type=media_type,
                chunks=response.aiter_bytes(),
                size_bytes=int(length) if length else None,
            )
    except RemoteRefusalError as refusal:
        raise UnknownDocumentError from refusal
