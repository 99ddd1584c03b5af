"""An inspection was booked: open its bill, with one invoice for the client."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.billing.domain.bill import Bill, opened
from services.billing.domain.booking import Booking
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.ports import NewId, OpenBooks, Sheet


async def open_bill(
    books: OpenBooks,
    *,
    company_id: str,
    inspection_id: str,
    booking: Booking,
    scheduled_at: datetime,
    now: datetime,
    new_id: NewId,
) -> Bill:
    """Write the first bill; its date is the company's local one (the property's, if unknown)."""
    company = await books.company(company_id)
    zone = company.time_zone if company else booking.time_zone
    issued_on: date = scheduled_at.astimezone(ZoneInfo(zone)).date()
    bill = opened(
        company_id=company_id,
        inspection_id=inspection_id,
        invoice_id=new_id(),
        booking=booking,
        issued_on=issued_on,
    )
    return await keep_sheet(books, Sheet(before=None, bill=bill), now=now)
