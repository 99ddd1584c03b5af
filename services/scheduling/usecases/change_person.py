"""Somebody in the People box is corrected: his part here, and the contact itself."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import PersonRole, person_in, with_changed_person
from services.scheduling.usecases._accounts import correct_accounts
from services.scheduling.usecases._facts import about_contact, about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPeopleChangedV1


@dataclass(frozen=True, kw_only=True)
class ChangePerson:
    """What changes; None leaves it as it is."""

    company_id: str
    inspection_id: str
    contact_id: str
    role: PersonRole | None = None
    role_label: str | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    revision: int | None = None


async def change_person(command: ChangePerson, *, office: Office) -> Inspection:
    """Change the person here and the contact behind it. Raises LastClientError."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        person_in(before.people, command.contact_id)
        contact = await desk.contact(command.company_id, command.contact_id)
        corrected = contact.changed(name=command.name, email=command.email, phone=command.phone)
        if corrected != contact:
            await desk.write(corrected, before=contact, events=[about_contact(corrected)])
            await correct_accounts(desk, corrected)
        facts = {
            "role": command.role,
            "role_label": command.role_label,
            "name": command.name,
            "email": command.email,
            "phone": command.phone,
        }
        given = {name: value for name, value in facts.items() if value is not None}
        after = before.with_people(with_changed_person(before.people, command.contact_id, **given))
        if after != before:
            told = about_inspection(InspectionPeopleChangedV1, after)
            await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
