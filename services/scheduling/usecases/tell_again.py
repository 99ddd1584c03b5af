"""The present state is told again, marked as replayed: views take it, nobody mails for it."""

from services.scheduling.domain.agreement import Agreement
from services.scheduling.domain.company import Company
from services.scheduling.domain.contact import Contact
from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.staff import StaffMember
from services.scheduling.usecases._facts import (
    about_agreement,
    about_company,
    about_contact,
    about_inspection,
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
from shared.crash_points import crash_point

STATE_IS_TOLD_AS: dict[str, type[InspectionEvent]] = {
    "scheduled": InspectionScheduledV1,
    "published": InspectionPublishedV1,
    "cancelled": InspectionCancelledV1,
}


async def tell_again(*, office: Office) -> bool:
    """Tell the next batch of a rebuild that was asked for; False when nothing is left to tell."""
    more = await office.tell_next_batch(_told)
    if more:
        crash_point("scheduling.told-a-batch-again")
    return more


def _told(record: Record) -> Event | None:
    match record:
        case Company():
            return about_company(record)
        case StaffMember():
            return about_staff_member(record)
        case Contact():
            return about_contact(record)
        case Inspection():
            return about_inspection(STATE_IS_TOLD_AS[record.status], record)
        case Agreement():
            return about_agreement(record)
        case _:
            return None
