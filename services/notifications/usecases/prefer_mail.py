"""A staff member says how he wants to hear of his alerts by mail."""

from dataclasses import replace

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.staff_mail import MailMode
from services.notifications.usecases.ports import Desk


async def prefer_mail(
    company_id: str, staff_id: str, *, mode: MailMode, quiet: QuietHours, desk: Desk
) -> None:
    """From the next alert on. What is queued already still leaves."""
    known = await desk.preferences.of(company_id, staff_id)
    await desk.preferences.put(company_id, replace(known, mode=mode, quiet=quiet))
