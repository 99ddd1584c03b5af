"""A company's reminders, as the use cases ask for them."""

from datetime import datetime
from typing import Protocol

from services.notifications.domain.reminders import ReminderPlan


class Reminders(Protocol):
    """The plan of each company, and the invoices staff have paused."""

    async def plan(self, company_id: str) -> ReminderPlan:
        """Its plan; the standard one, switched off, before it made any."""

    async def put(self, company_id: str, plan: ReminderPlan, *, by: str, at: datetime) -> None:
        """Remind like this from now on."""

    async def companies(self) -> list[str]:
        """The companies whose reminders are on."""

    async def pause(self, company_id: str, invoice_id: str, *, by: str, at: datetime) -> None:
        """Send no reminders of this invoice until told otherwise."""

    async def resume(self, company_id: str, invoice_id: str) -> None:
        """Remind of it again, from the next step on."""
