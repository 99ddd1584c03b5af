"""The present state is told again, marked as replayed: views take it, nobody mails for it."""

from collections.abc import Callable
from typing import Any

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.recurring import RecurringService
from services.scheduling.domain.staff import StaffMember
from services.scheduling.usecases._facts import (
    about_account,
    about_agreement,
    about_company,
    about_contact,
    about_inspection,
    about_recurring,
    about_staff_member,
)
from services.scheduling.usecases.ports import Office, Record
from shared.contracts.event import Event
from shared.contracts.scheduling import (
    InspectionCancelledV1,
    InspectionEvent,
    InspectionPublishedV1,
    InspectionScheduledV1,
)

STATE_IS_TOLD_AS: dict[str, type[InspectionEvent]] = {
    "scheduled": InspectionScheduledV1,
    "published": InspectionPublishedV1,
    "cancelled": InspectionCancelledV1,
}


async def tell_again(*, office: Office) -> bool:
    """Tell the next batch of a rebuild that was asked for; False when nothing is left to tell."""
    return await office.tell_next_batch(_told)


TELLING: dict[type[Record], Callable[[Any, Company], Event]] = {
    Company: lambda record, _: about_company(record),
    StaffMember: lambda record, _: about_staff_member(record),
    Contact: lambda record, _: about_contact(record),
    CustomerAccount: lambda record, company: about_account(record, company.custom_fields),
    RecurringService: lambda record, _: about_recurring(record),
    Inspection: lambda record, _: about_inspection(STATE_IS_TOLD_AS[record.status], record),
    Agreement: lambda record, _: about_agreement(record),
}


def _told(record: Record, company: Company) -> Event | None:
    telling = TELLING.get(type(record))
    return telling(record, company) if telling else None
