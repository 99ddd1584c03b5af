"""Billing over HTTP."""

from datetime import date

from services.portal.domain.refusals import PaymentRefusedError
from services.portal.usecases.ports import StartedCheckout
from shared.service_client import RemoteRefusalError, ServiceClient


class BillingHttp:
    """The service that takes money."""

    def __init__(self, client: ServiceClient) -> None:
        """`client` speaks to billing."""
        self._client = client

    async def start_checkout(
        self,
        *,
        company_id: str,
        invoice_id: str,
        amount_cents: int,
        success_url: str,
        cancel_url: str,
        key: str,
    ) -> StartedCheckout:
        """One POST under the payer's own idempotency key."""
        body = {
            "company_id": company_id,
            "amount_cents": amount_cents,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        path = f"/internal/v1/invoices/{invoice_id}/checkouts"
        try:
            answer = await self._client.post(path, body, {"Idempotency-Key": key})
        except RemoteRefusalError as refusal:
            raise _refused(refusal) from refusal
        return StartedCheckout(attempt_id=answer["attempt_id"], url=answer["url"])

    async def refresh_attempt(self, company_id: str, attempt_id: str) -> str:
        """One POST; an attempt billing does not know is `unknown`."""
        path = f"/internal/v1/attempts/{attempt_id}/refresh"
        try:
            answer = await self._client.post(path, {"company_id": company_id})
        except RemoteRefusalError:
            return "unknown"
        return str(answer["state"])

    async def defer_invoice(
        self,
        *,
        company_id: str,
        invoice_id: str,
        closing_on: date,
        contact_name: str,
        contact_email: str,
        accepted_by: str,
    ) -> None:
        """One POST."""
        body = {
            "company_id": company_id,
            "closing_on": closing_on.isoformat(),
            "contact_name": contact_name,
            "contact_email": contact_email,
            "accepted_by": accepted_by,
        }
        try:
            await self._client.post(f"/internal/v1/invoices/{invoice_id}/deferral", body)
        except RemoteRefusalError as refusal:
            raise _refused(refusal) from refusal


def _refused(refusal: RemoteRefusalError) -> PaymentRefusedError:
    return PaymentRefusedError(refusal.remote_code, refusal.detail, **refusal.extra)
