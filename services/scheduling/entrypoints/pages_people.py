"""Tasks on an inspection: somebody joins, is corrected, or leaves the People box."""

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.domain.people import USUAL_LABELS, PersonRole, person_in
from services.scheduling.entrypoints.api_answers import inspection_out
from services.scheduling.entrypoints.booking_form import one_line
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import done, noted, posted, task
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._booking import NewPerson
from services.scheduling.usecases.add_person import AddPerson, add_person
from services.scheduling.usecases.change_person import ChangePerson, change_person
from services.scheduling.usecases.remove_person import RemovePerson, remove_person
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/inspections/{inspection_id}", include_in_schema=False)
Scheduler = Annotated[Staff, Depends(staff_page(Permission.SCHEDULE))]
ROLES = [("client", "Client"), ("agent", "Agent"), ("additional", "Additional person")]
CONTACTS_OFFERED = 200


@router.get("/add-person")
async def get_add(
    request: Request, inspection_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask who joins."""
    return await _adding(request, staff, parts, inspection_id, Form({"role": "additional"}))


@router.post("/add-person")
async def post_add(
    request: Request,
    inspection_id: str,
    staff: Scheduler,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> Response:
    """Add the person, from the contacts or as a new one (R49)."""
    form = await posted(request)
    person = _person(form)
    if person is None:
        return await _adding(request, staff, parts, inspection_id, form)
    command = AddPerson(company_id=staff.company_id, inspection_id=inspection_id, person=person)
    try:
        await once(
            parts,
            Wish(
                company_id=staff.company_id,
                key=key,
                meaning=["person", inspection_id, vars(person)],
            ),
            lambda office: add_person(command, office=office, secrets=parts.secrets),
            lambda after: Answer(201, inspection_out(after).model_dump(mode="json")),
        )
    except RefusalError as refusal:
        noted(form, refusal, otherwise="contact")
        return await _adding(request, staff, parts, inspection_id, form)
    return done(request, inspection_id)


@router.get("/people/{contact_id}")
async def get_person(
    request: Request, inspection_id: str, contact_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Ask what to correct, or whether to remove the person."""
    return await _person_task(request, staff, parts, inspection_id, contact_id, None)


@router.post("/people/{contact_id}")
async def post_person(
    request: Request, inspection_id: str, contact_id: str, staff: Scheduler, parts: ServiceParts
) -> Response:
    """Correct or remove the person."""
    form = await posted(request)
    try:
        if form.value("then") == "remove":
            removal = RemovePerson(
                company_id=staff.company_id, inspection_id=inspection_id, contact_id=contact_id
            )
            await remove_person(removal, office=parts.office)
            return done(request, inspection_id)
        change = _change(form, staff.company_id, inspection_id, contact_id)
        if change is not None:
            await change_person(change, office=parts.office)
            return done(request, inspection_id)
    except RefusalError as refusal:
        noted(form, refusal, otherwise="name")
    return await _person_task(request, staff, parts, inspection_id, contact_id, form)


def _person(form: Form) -> NewPerson | None:
    role = form.choice("role", USUAL_LABELS, "Choose a role")
    contact = form.text("contact", length_max=64)
    label = one_line(form, "label")
    if contact:
        name = email = phone = ""
    else:
        name = one_line(form, "name", "Enter the person's name")
        email = form.email("email")
        phone = one_line(form, "phone")
    if not form.ok:
        return None
    return NewPerson(
        role=cast("PersonRole", role),
        role_label=label,
        contact_id=contact or None,
        name=name,
        email=email,
        phone=phone,
    )


def _change(
    form: Form, company_id: str, inspection_id: str, contact_id: str
) -> ChangePerson | None:
    role = form.choice("role", USUAL_LABELS, "Choose a role")
    name = one_line(form, "name", "Enter the person's name")
    email, phone = form.email("email"), one_line(form, "phone")
    label = one_line(form, "label", "Enter how the role is shown")
    if not form.ok:
        return None
    return ChangePerson(
        company_id=company_id,
        inspection_id=inspection_id,
        contact_id=contact_id,
        role=cast("PersonRole", role),
        role_label=label,
        name=name,
        email=email,
        phone=phone,
    )


async def _adding(
    request: Request, staff: Staff, parts: Parts, inspection_id: str, form: Form
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    present = {person.contact_id for person in inspection.people}
    contacts, _ = await parts.lookups.contacts(staff.company_id, limit=CONTACTS_OFFERED)
    return await task(
        request,
        staff,
        parts,
        "task_add_person.html",
        form,
        inspection=inspection,
        roles=ROLES,
        contacts=[
            (contact.contact_id, f"{contact.name}, {contact.email}".removesuffix(", "))
            for contact in contacts
            if contact.contact_id not in present
        ],
    )


async def _person_task(  # noqa: PLR0917 - what a page is shown with
    request: Request,
    staff: Staff,
    parts: Parts,
    inspection_id: str,
    contact_id: str,
    form: Form | None,
) -> Response:
    inspection = await parts.lookups.inspection(staff.company_id, inspection_id)
    person = person_in(inspection.people, contact_id)
    values = {
        "role": person.role,
        "label": person.role_label,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
    }
    return await task(
        request,
        staff,
        parts,
        "task_person.html",
        form or Form(values),
        inspection=inspection,
        person=person,
        roles=ROLES,
    )
