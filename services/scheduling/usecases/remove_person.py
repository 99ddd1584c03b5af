"""Somebody leaves the People box."""

from dataclasses import dataclass

from services.scheduling.domain.inspection import Inspection
from services.scheduling.domain.people import without_person
from services.scheduling.domain.refusals import PersonHasOpenInvoiceError
from services.scheduling.usecases._facts import about_inspection
from services.scheduling.usecases.ports import Desk, Office
from shared.contracts.scheduling import InspectionPeopleChangedV1


@dataclass(frozen=True, kw_only=True)
class RemovePerson:
    """Who."""

    company_id: str
    inspection_id: str
    contact_id: str
    revision: int | None = None


async def remove_person(command: RemovePerson, *, office: Office) -> Inspection:
    """Remove the person; not the last client, nor somebody who owes an open invoice."""

    async def work(desk: Desk) -> Inspection:
        before = await desk.inspection(command.company_id, command.inspection_id)
        before.must_be_at(command.revision)
        invoices = await desk.invoices_of(command.company_id, command.inspection_id)
        if any(
            invoice.open
            and invoice.kind == "third_party"
            and invoice.payer_contact_id == command.contact_id
            for invoice in invoices
        ):
            raise PersonHasOpenInvoiceError
        after = before.with_people(without_person(before.people, command.contact_id))
        told = about_inspection(InspectionPeopleChangedV1, after)
        await desk.write(after, before=before, events=[told])
        return after

    return await office.transaction(work)
