"""Something happened to an inspection: let the bill follow, whatever order the news comes in."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.billing.domain.account import AccountOf
from services.billing.domain.bill import Bill
from services.billing.domain.booking import Booking, Line, Person, Release, Role
from services.billing.domain.invoice import Payer
from services.billing.usecases.keep_sheet import keep_sheet
from services.billing.usecases.open_bill import open_bill
from services.billing.usecases.ports import NewId, OpenBooks, Sheet
from shared.contracts.scheduling import Inspection


async def follow_inspection(
    books: OpenBooks, *, company_id: str, inspection: Inspection, now: datetime, new_id: NewId
) -> Bill:
    """Open the bill if there is none, else take the inspection's newer state into it."""
    booking = booking_of(inspection)
    bill = await books.bill(company_id, inspection.inspection_id)
    if bill is None:
        return await open_bill(
            books,
            company_id=company_id,
            inspection_id=inspection.inspection_id,
            booking=booking,
            scheduled_at=inspection.scheduled_at,
            now=now,
            new_id=new_id,
        )
    return await keep_sheet(books, Sheet(before=bill, bill=bill.following(booking)), now=now)


def booking_of(inspection: Inspection) -> Booking:
    """The part of an inspection that billing goes by."""
    site, policy = inspection.site, inspection.policy
    return Booking(
        number=inspection.number,
        currency=inspection.currency,
        lines=tuple(
            Line(
                line_id=line.line_id,
                name=line.name,
                note=line.note,
                amount_cents=line.amount_cents,
                service_id=line.service_id or "",
            )
            for line in inspection.lines
        ),
        people=tuple(
            Person(
                role=Role(person.role),
                payer=Payer(
                    contact_id=person.contact_id,
                    name=person.name,
                    role_label=person.role_label,
                    email=person.email,
                ),
            )
            for person in inspection.people
        ),
        street=site.street,
        place=f"{site.city}, {site.region} {site.postal_code}".strip(" ,"),
        starts_at=inspection.starts_at,
        starts_on=inspection.starts_at.astimezone(ZoneInfo(inspection.time_zone)).date(),
        time_zone=inspection.time_zone,
        release=Release(
            collect_after_publish=policy.collect_payment_after_publish,
            require_payment=policy.require_payment,
            locked=policy.require_payment_locked,
            unlocked_by_staff=policy.unlocked_by_staff,
        ),
        published=inspection.published_at is not None,
        cancelled=inspection.cancelled_at is not None,
        notifications_disabled=inspection.notifications_disabled,
        revision=inspection.revision,
        account=_account_of(inspection),
    )


def _account_of(inspection: Inspection) -> AccountOf | None:
    if inspection.account is None:
        return None
    order = inspection.order
    return AccountOf(
        account_id=inspection.account.account_id,
        name=inspection.account.name,
        terms_days=inspection.account.terms_days,
        order_id=order.order_id if order else None,
        order_number=order.number if order else "",
        site_id=inspection.site.site_id,
        site_line=f"{inspection.site.street}, {inspection.site.city}",
        job_created_at=inspection.scheduled_at,
    )
