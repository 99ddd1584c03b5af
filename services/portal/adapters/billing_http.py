"""Billing over HTTP."""

from datetime import date
from urllib.parse import quote

from services.portal.domain.inviting import (
    InvitationPreview,
    InvitationRefusedError,
    PartWish,
)
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

    async def preview_invitation(
        self, *, company_id: str, client_invoice_id: str, wish: PartWish, invited_by: str
    ) -> InvitationPreview:
        """One POST that writes nothing."""
        path = f"/internal/v1/invoices/{client_invoice_id}/invitations/preview"
        try:
            seen = await self._client.post(path, _invitation(company_id, wish, invited_by))
        except RemoteRefusalError as refusal:
            raise _not_invited(refusal) from refusal
        refusal_told = seen["refusal"] or {"code": "", "detail": ""}
        return InvitationPreview(
            share_cents=seen["share_cents"],
            client_after_cents=seen["client_after_cents"],
            maximum_cents=seen["maximum_cents"],
            refusal=refusal_told["code"],
            detail=refusal_told["detail"],
        )

    async def invite(
        self,
        *,
        company_id: str,
        client_invoice_id: str,
        wish: PartWish,
        invited_by: str,
        key: str,
    ) -> None:
        """One POST under the client's own idempotency key."""
        path = f"/internal/v1/invoices/{client_invoice_id}/invitations"
        body = _invitation(company_id, wish, invited_by)
        try:
            await self._client.post(path, body, {"Idempotency-Key": key})
        except RemoteRefusalError as refusal:
            raise _not_invited(refusal) from refusal

    async def withdraw_invitation(
        self, *, company_id: str, client_invoice_id: str, invoice_id: str
    ) -> None:
        """One POST; the id is the browser's, so it is quoted."""
        invitations = f"/internal/v1/invoices/{client_invoice_id}/invitations"
        path = f"{invitations}/{quote(invoice_id, safe='')}/withdraw"
        try:
            await self._client.post(path, {"company_id": company_id})
        except RemoteRefusalError as refusal:
            raise _not_invited(refusal) from refusal


def _invitation(company_id: str, wish: PartWish, invited_by: str) -> dict[str, object]:
    return {
        "company_id": company_id,
        "contact_id": wish.contact_id,
        "invited_by": invited_by,
        **wish.share,
    }


def _not_invited(refusal: RemoteRefusalError) -> InvitationRefusedError:
    return InvitationRefusedError(refusal.remote_code, refusal.detail)


def _refused(refusal: RemoteRefusalError) -> PaymentRefusedError:
    return PaymentRefusedError(refusal.remote_code, refusal.detail, **refusal.extra)
