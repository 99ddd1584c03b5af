"""The automations of a company, as the use cases ask for them."""

from datetime import datetime
from typing import Protocol

from services.notifications.domain.automation import Automation


class Automations(Protocol):
    """The standard set with the company's changes, and its own automations."""

    async def all(self, company_id: str) -> list[Automation]:
        """The standard set first, in its order; then the company's own, oldest first. Bounded."""

    async def one(self, company_id: str, automation_id: str) -> Automation | None:
        """One of them."""

    async def put(self, company_id: str, automation: Automation, *, by: str, at: datetime) -> None:
        """Run it like this from now on."""

    async def remove(self, company_id: str, automation_id: str) -> bool:
        """Drop one of the company's own; false when there is none."""
