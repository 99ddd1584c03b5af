"""Notifications over HTTP, for calendars."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from services.portal.adapters.files_http import passed_on
from services.portal.domain.refusals import UnknownAccountError
from services.portal.usecases.ports import File
from services.portal.usecases.ports_accounts import Account
from shared.service_client import RemoteRefusalError, ServiceClient

CALENDAR = "text/calendar; charset=utf-8"


class CalendarsHttp:
    """The owner of the secret addresses."""

    def __init__(self, client: ServiceClient) -> None:
        """`client` speaks to notifications."""
        self._client = client

    async def made_at(self, of: Account) -> datetime | None:
        """One GET."""
        answer = await self._client.get(_path(of), {"company_id": of.company_id})
        made_at = answer["made_at"]
        return datetime.fromisoformat(made_at) if made_at else None

    async def renew(self, of: Account) -> str:
        """One POST."""
        try:
            answer = await self._client.post(_path(of), {"company_id": of.company_id})
        except RemoteRefusalError as refusal:
            raise UnknownAccountError from refusal
        return str(answer["url"])

    async def end(self, of: Account) -> None:
        """One POST."""
        try:
            await self._client.post(f"{_path(of)}/end", {"company_id": of.company_id})
        except RemoteRefusalError as refusal:
            raise UnknownAccountError from refusal

    def appointment(
        self, company_id: str, inspection_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """One GET."""
        path = f"/internal/v1/inspections/{inspection_id}/calendar.ics"
        return passed_on(self._client, path, {"company_id": company_id}, name, CALENDAR)


def _path(of: Account) -> str:
    return f"/internal/v1/accounts/{of.account_id}/calendar"
