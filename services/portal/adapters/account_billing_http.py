"""Billing over HTTP, for account customers."""

from typing import Any

from services.portal.domain.refusals import PaymentRefusedError, UnknownAccountError
from services.portal.usecases.ports_accounts import (
    Account,
    PaymentOrder,
    Person,
    StartedPayment,
)
from shared.service_client import RemoteRefusalError, ServiceClient

NOT_FOUND = 404


class AccountBillingHttp:
    """The service that takes money."""

    def __init__(self, client: ServiceClient) -> None:
        """`client` waits long enough for a method on file to be charged."""
        self._client = client

    async def pay(self, of: Account, by: Person, order: PaymentOrder) -> StartedPayment:
        """One POST under the customer's own idempotency key."""
        body = {
            **_ordered(of, by, order),
            "invoice_ids": list(order.invoice_ids) if order.invoice_ids is not None else None,
            "custom_amount_cents": order.custom_cents,
            "prepay_rest": order.prepay_rest,
        }
        answer = await self._post(of, "payments", body, order.key)
        return _started(answer)

    async def prepay(self, of: Account, by: Person, order: PaymentOrder) -> StartedPayment:
        """One POST."""
        answer = await self._post(of, "prepayments", _ordered(of, by, order), order.key)
        return _started(answer)

    async def refresh(self, of: Account, payment_id: str) -> str:
        """One POST; a payment billing does not know is `unknown`."""
        return await self._refreshed(of, f"/internal/v1/account-payments/{payment_id}/refresh")

    async def set_up(
        self, of: Account, by: Person, kind: str, *, success_url: str, cancel_url: str, key: str
    ) -> StartedPayment:
        """One POST."""
        body = {
            **_acting(of, by),
            "kind": kind,
            "success_url": success_url,
            "cancel_url": cancel_url,
        }
        answer = await self._post(of, "setups", body, key)
        return StartedPayment(answer["setup_id"], "awaiting_payer", answer["url"])

    async def refresh_setup(self, of: Account, setup_id: str) -> str:
        """One POST."""
        return await self._refreshed(of, f"/internal/v1/setups/{setup_id}/refresh")

    async def make_default(self, of: Account, by: Person, method_id: str) -> None:
        """One POST."""
        await self._post(of, f"methods/{method_id}/default", _acting(of, by))

    async def remove_method(self, of: Account, by: Person, method_id: str) -> None:
        """One POST."""
        await self._post(of, f"methods/{method_id}/remove", _acting(of, by))

    async def set_autopay(
        self, of: Account, by: Person, *, enrolled: bool, method_id: str | None, key: str
    ) -> None:
        """One POST."""
        body = {**_acting(of, by), "enrolled": enrolled, "method_id": method_id}
        await self._post(of, "autopay", body, key)

    async def _post(self, of: Account, path: str, body: dict[str, Any], key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        address = f"/internal/v1/accounts/{of.account_id}/{path}"
        try:
            return await self._client.post(address, body, headers)
        except RemoteRefusalError as refusal:
            raise _refused(refusal) from refusal

    async def _refreshed(self, of: Account, path: str) -> str:
        try:
            answer = await self._client.post(path, {"company_id": of.company_id})
        except RemoteRefusalError:
            return "unknown"
        return str(answer["status"])


def _ordered(of: Account, by: Person, order: PaymentOrder) -> dict[str, Any]:
    method: dict[str, str] = {"kind": order.kind}
    if order.kind == "saved":
        method["method_id"] = order.method_id
    return {
        "company_id": of.company_id,
        "contact_id": by.contact_id,
        "payer_name": by.name,
        "payer_email": by.email,
        "amount_cents": order.amount_cents,
        "method": method,
        "save_method": order.save_method,
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
    }


def _acting(of: Account, by: Person) -> dict[str, Any]:
    return {"company_id": of.company_id, "contact_id": by.contact_id, "actor_name": by.name}


def _started(answer: Any) -> StartedPayment:
    return StartedPayment(answer["account_payment_id"], answer["status"], answer.get("url"))


def _refused(refusal: RemoteRefusalError) -> PaymentRefusedError | UnknownAccountError:
    if refusal.remote_status == NOT_FOUND:
        return UnknownAccountError()
    extra = {key: value for key, value in refusal.extra.items() if key != "reason"}
    words = str(refusal.extra.get("reason", "")) or refusal.detail
    return PaymentRefusedError(refusal.remote_code, words, **extra)
