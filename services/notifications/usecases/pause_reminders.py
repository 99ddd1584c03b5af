"""Staff stop the reminders of one invoice, or let them go on."""

from datetime import datetime

from services.notifications.domain.refusals import InvoiceNotFoundError
from services.notifications.usecases.ports import Desk


async def pause_reminders(
    company_id: str, invoice_id: str, *, paused: bool, by: str, desk: Desk, now: datetime
) -> None:
    """Twice is once. A step that came due meanwhile is not made up for once it is stale."""
    situation = await desk.views.situation(company_id, None, invoice_id)
    if situation.invoice is None:
        raise InvoiceNotFoundError
    if paused:
        await desk.reminders.pause(company_id, invoice_id, by=by, at=now)
    else:
        await desk.reminders.resume(company_id, invoice_id)
