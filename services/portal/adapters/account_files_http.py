"""Papers of account customers over HTTP."""

from contextlib import AbstractAsyncContextManager
from datetime import date

from services.portal.adapters.files_http import PDF, FilesHttp, passed_on
from services.portal.usecases.ports import File
from services.portal.usecases.ports_accounts import Account
from shared.service_client import ServiceClient

CSV = "text/csv; charset=utf-8"


class AccountFilesHttp(FilesHttp):
    """Invoices and receipts as every client gets them, and what only accounts have."""

    def __init__(self, billing: ServiceClient, scheduling: ServiceClient) -> None:
        """Everything but reports comes from billing."""
        super().__init__(billing, scheduling)
        self._papers = billing

    def order(self, company_id: str, order_id: str, name: str) -> AbstractAsyncContextManager[File]:
        """Billing's PDF of a parent invoice."""
        path = f"/internal/v1/orders/{order_id}/document"
        return passed_on(self._papers, path, {"company_id": company_id}, name)

    def account_receipt(
        self, company_id: str, payment_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """Billing's PDF."""
        path = f"/internal/v1/account-payments/{payment_id}/receipt"
        return passed_on(self._papers, path, {"company_id": company_id}, name)

    def statement(
        self, of: Account, kind: str, since: date | None, until: date | None, *, name: str
    ) -> AbstractAsyncContextManager[File]:
        """Billing's PDF or CSV."""
        asked = {"company_id": of.company_id, "format": kind}
        asked |= {"from": since.isoformat()} if since else {}
        asked |= {"to": until.isoformat()} if until else {}
        path = f"/internal/v1/accounts/{of.account_id}/statement"
        return passed_on(self._papers, path, asked, name, PDF if kind == "pdf" else CSV)
