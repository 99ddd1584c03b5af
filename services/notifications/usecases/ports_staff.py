"""What staff have chosen about alerts, as the use cases ask for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.notifications.domain.staff_mail import StaffPreference


class AlertChoices(Protocol):
    """Alert Resources: per kind of event, the staff who are told (R107-R109)."""

    async def chosen(self, company_id: str) -> Mapping[str, tuple[str, ...]]:
        """Staff ids by resource; a resource nobody chose for is missing."""

    async def put(
        self, company_id: str, chosen: Mapping[str, Sequence[str]], *, by: str, at: datetime
    ) -> None:
        """Use these from now on; alerts that exist stay whose they are."""


class StaffPreferences(Protocol):
    """How each staff member wants to hear of his alerts by mail."""

    async def of(self, company_id: str, staff_id: str) -> StaffPreference:
        """His choice, the standard one before he made any."""

    async def put(self, company_id: str, preference: StaffPreference) -> None:
        """Keep it."""

    async def daily(self, company_id: str) -> list[StaffPreference]:
        """Everybody who wants a digest."""
