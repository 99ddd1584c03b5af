"""A company drops one of its own automations."""

from services.notifications.domain.automation import STANDARD_BY_ID
from services.notifications.domain.refusals import AutomationNotFoundError, StandardAutomationError
from services.notifications.usecases.ports import Desk


async def remove_automation(company_id: str, automation_id: str, *, desk: Desk) -> None:
    """Mails it has queued already still leave. A standard one is refused: switch it off."""
    if automation_id in STANDARD_BY_ID:
        raise StandardAutomationError
    if not await desk.automations.remove(company_id, automation_id):
        raise AutomationNotFoundError
