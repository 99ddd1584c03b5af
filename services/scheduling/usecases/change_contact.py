"""A contact is corrected, also in the inspections it is expected at."""

from dataclasses import dataclass

from services.scheduling.domain.contact import Contact, CustomField
from services.scheduling.domain.people import with_changed_person
from services.scheduling.usecases._accounts import correct_accounts
from services.scheduling.usecases._facts import about_contact, about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPeopleChangedV1


@dataclass(frozen=True, kw_only=True)
class ChangeContact:
    """Facts to change; None leaves one as it is."""

    company_id: str
    contact_id: str
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    custom_fields: tuple[CustomField, ...] | None = None


async def change_contact(command: ChangeContact, *, office: Office) -> Contact:
    """Change the contact and every scheduled inspection that names it, all at once."""

    async def work(desk: Desk) -> Contact:
        before = await desk.contact(command.company_id, command.contact_id)
        after = before.changed(
            name=command.name,
            email=command.email,
            phone=command.phone,
            custom_fields=command.custom_fields,
        )
        await corrected(desk, before, after)
        return after

    return await office.transaction(work)


async def corrected(desk: Desk, before: Contact, after: Contact) -> None:
    """Write a corrected contact, and let accounts and scheduled inspections follow."""
    if after == before:
        return
    await desk.write(after, before=before, events=[about_contact(after)])
    await correct_accounts(desk, after)
    await _correct_inspections(desk, after)


async def _correct_inspections(desk: Desk, contact: Contact) -> None:
    for before in await desk.scheduled_with(contact.company_id, contact.contact_id):
        after = before.with_people(
            with_changed_person(
                before.people,
                contact.contact_id,
                name=contact.name,
                email=contact.email,
                phone=contact.phone,
            )
        )
        if after != before:
            told = about_inspection(InspectionPeopleChangedV1, after)
            await desk.write(after, before=before, events=[told])
