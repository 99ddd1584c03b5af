"""Calendars, which notifications owns, as the portal's pages ask for them."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from services.portal.usecases.ports import File
from services.portal.usecases.ports_accounts import Account


class Calendars(Protocol):
    """The secret address of an account, the file of one inspection. Raises UnavailableError."""

    async def made_at(self, of: Account) -> datetime | None:
        """Since when the account has an address; None: it has none."""

    async def renew(self, of: Account) -> str:
        """A new address, told this once; the one before stops working."""

    async def end(self, of: Account) -> None:
        """The address stops working. Raises UnknownAccountError when there is none."""

    def appointment(
        self, company_id: str, inspection_id: str, name: str
    ) -> AbstractAsyncContextManager[File]:
        """One inspection as a calendar file. Raises UnknownDocumentError."""
