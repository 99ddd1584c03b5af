"""What a client puts into his calendar: one inspection."""

from services.notifications.domain.refusals import CalendarNotFoundError
from services.notifications.usecases.ports import Desk
from services.notifications.usecases.ports_outside import CalendarFiles


async def read_appointment(
    company_id: str, inspection_id: str, *, desk: Desk, files: CalendarFiles
) -> bytes:
    """The same appointment as in his mails, so that a later mail moves it.

    Raises CalendarNotFoundError for none of this company.
    """
    company = await desk.views.company(company_id)
    inspection = await desk.views.inspection(company_id, inspection_id)
    if company is None or inspection is None:
        raise CalendarNotFoundError
    return files.appointment(inspection, company)
