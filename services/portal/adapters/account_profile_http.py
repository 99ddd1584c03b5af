"""Scheduling over HTTP, for what customers change of their own account."""

from collections.abc import Mapping

from services.portal.domain.refusals import ProfileRefusedError
from services.portal.usecases.ports_accounts import Account, Person
from shared.service_client import RemoteRefusalError, ServiceClient


class AccountProfileHttp:
    """The owner of the accounts."""

    def __init__(self, client: ServiceClient) -> None:
        """`client` speaks to scheduling."""
        self._client = client

    async def save_fields(self, of: Account, by: Person, values: Mapping[str, str]) -> None:
        """One POST."""
        body = {
            "company_id": of.company_id,
            "contact_id": by.contact_id,
            "values": dict(values),
            "field_ids_allowed": sorted(values),  # the use case keeps the visible ones alone
        }
        try:
            await self._client.post(f"/internal/v1/accounts/{of.account_id}/custom-fields", body)
        except RemoteRefusalError as refusal:
            field = str(refusal.extra.get("field_id") or refusal.extra.get("field") or "")
            raise ProfileRefusedError(refusal.detail, field) from refusal
