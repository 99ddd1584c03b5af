"""Somebody joins the People box: every company may add additional people (R49)."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import with_person
from services.scheduling.usecases._booking import NewPerson, person_for
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office, Secrets
from shared.contracts.scheduling import InspectionPeopleChangedV1


@dataclass(frozen=True, kw_only=True)
class AddPerson:
    """Who, and in which part."""

    company_id: str
    inspection_id: str
    person: NewPerson
    revision: int | None = None


async def add_person(command: AddPerson, *, office: Office, secrets: Secrets) -> Inspection:
    """Add the person, as a new contact if need be. Raises AlreadyInPeopleBoxError."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        person = await person_for(desk, command.company_id, command.person, new_id=secrets.new_id)
        after = before.with_people(with_person(before.people, person))
        told = about_inspection(InspectionPeopleChangedV1, after)
        await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
