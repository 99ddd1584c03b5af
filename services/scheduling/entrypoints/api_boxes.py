"""JSON: the charges, the people and the agreement of one inspection."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from services.scheduling.domain.refusals import UnknownError
from services.scheduling.entrypoints.api_answers import (
    AgreementOut,
    InspectionOut,
    inspection_out,
)
from services.scheduling.entrypoints.api_requests import (
    LineChangeIn,
    LineIn,
    PersonChangeIn,
    PersonIn,
)
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases._booking import NewLine, NewPerson
from services.scheduling.usecases.add_person import AddPerson, add_person
from services.scheduling.usecases.change_person import ChangePerson, change_person
from services.scheduling.usecases.change_services import ChangeServices, change_services
from services.scheduling.usecases.dismiss_agreement_update import (
    DismissAgreementUpdate,
    dismiss_agreement_update,
)
from services.scheduling.usecases.remove_person import RemovePerson, remove_person
from services.scheduling.usecases.update_agreement import UpdateAgreement, update_agreement
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/inspections/{inspection_id}")
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Scheduler = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]
CHANGED = responses(401, 403, 404, 409, 422)


@router.post(
    "/lines", tags=["services"], status_code=201, response_model=InspectionOut, responses=CHANGED
)
async def post_line(
    inspection_id: str, body: LineIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a service, a manual fee or a credit (R57)."""
    command = ChangeServices(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        add=(NewLine(**body.model_dump()),),
    )
    meaning = ["line", inspection_id, body.model_dump()]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: change_services(command, office=office, secrets=parts.secrets),
        lambda inspection: Answer(201, inspection_out(inspection).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/lines/{line_id}", tags=["services"], responses=CHANGED)
async def patch_line(
    inspection_id: str, line_id: str, body: LineChangeIn, caller: Scheduler, parts: ServiceParts
) -> InspectionOut:
    """Reprice a line."""
    command = ChangeServices(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        reprice=((line_id, body.amount_cents),),
        revision=body.revision,
    )
    changed = await change_services(command, office=parts.office, secrets=parts.secrets)
    return inspection_out(changed)


@router.delete("/lines/{line_id}", tags=["services"], responses=CHANGED)
async def delete_line(
    inspection_id: str, line_id: str, caller: Scheduler, parts: ServiceParts
) -> InspectionOut:
    """Remove a line."""
    command = ChangeServices(
        company_id=caller.company_id, inspection_id=inspection_id, remove=(line_id,)
    )
    changed = await change_services(command, office=parts.office, secrets=parts.secrets)
    return inspection_out(changed)


@router.post(
    "/people", tags=["people"], status_code=201, response_model=InspectionOut, responses=CHANGED
)
async def post_person(
    inspection_id: str, body: PersonIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a client, an agent or an additional person (R49)."""
    command = AddPerson(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        person=NewPerson(**body.model_dump()),
    )
    meaning = ["person", inspection_id, body.model_dump()]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: add_person(command, office=office, secrets=parts.secrets),
        lambda inspection: Answer(201, inspection_out(inspection).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/people/{contact_id}", tags=["people"], responses=CHANGED)
async def patch_person(
    inspection_id: str,
    contact_id: str,
    body: PersonChangeIn,
    caller: Scheduler,
    parts: ServiceParts,
) -> InspectionOut:
    """Correct somebody in the People box, and the contact behind it."""
    command = ChangePerson(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        contact_id=contact_id,
        **body.model_dump(),
    )
    return inspection_out(await change_person(command, office=parts.office))


@router.delete("/people/{contact_id}", tags=["people"], responses=CHANGED)
async def delete_person(
    inspection_id: str, contact_id: str, caller: Scheduler, parts: ServiceParts
) -> InspectionOut:
    """Remove somebody; not the last client, nor somebody with an open invoice."""
    command = RemovePerson(
        company_id=caller.company_id, inspection_id=inspection_id, contact_id=contact_id
    )
    return inspection_out(await remove_person(command, office=parts.office))


@router.get("/agreement", tags=["agreement"], responses=responses(401, 403, 404))
async def get_agreement(inspection_id: str, caller: Reader, parts: ServiceParts) -> AgreementOut:
    """Show the agreement as it stands."""
    agreement = await parts.lookups.agreement_of(caller.company_id, inspection_id)
    if agreement is None:
        raise UnknownError(what="agreement")
    return AgreementOut.model_validate(agreement)


@router.post("/agreement/update", tags=["agreement"], responses=CHANGED)
async def post_update(inspection_id: str, caller: Scheduler, parts: ServiceParts) -> AgreementOut:
    """Issue the agreement with the new amount; it has to be signed again (R58)."""
    command = UpdateAgreement(company_id=caller.company_id, inspection_id=inspection_id)
    agreement = await update_agreement(command, office=parts.office, now=parts.now())
    return AgreementOut.model_validate(agreement)


@router.post("/agreement/dismiss", tags=["agreement"], responses=CHANGED)
async def post_dismiss(inspection_id: str, caller: Scheduler, parts: ServiceParts) -> AgreementOut:
    """Leave the agreement as it is (R58)."""
    command = DismissAgreementUpdate(company_id=caller.company_id, inspection_id=inspection_id)
    return AgreementOut.model_validate(await dismiss_agreement_update(command, office=parts.office))
