"""JSON: the company, its payment policy, contacts, and the service catalogue."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from services.scheduling.domain.contact import CustomField
from services.scheduling.entrypoints.api_answers import (
    CompanyOut,
    ContactOut,
    ContactPage,
    ServiceList,
    ServiceOut,
    company_out,
    contact_out,
)
from services.scheduling.entrypoints.api_requests import (
    CompanyIn,
    ContactChangeIn,
    ContactIn,
    CustomFieldIn,
    PolicyIn,
    ServiceChangeIn,
    ServiceIn,
)
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.add_contact import AddContact, add_contact
from services.scheduling.usecases.add_service import AddService, add_service
from services.scheduling.usecases.change_company import ChangeCompany, change_company
from services.scheduling.usecases.change_contact import ChangeContact, change_contact
from services.scheduling.usecases.change_policy import ChangePolicy, change_policy
from services.scheduling.usecases.change_service import ChangeService, change_service
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1")
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Scheduler = Annotated[Staff | ApiClient, Depends(may(Permission.SCHEDULE))]
Owner = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]


@router.get("/company", tags=["company"], responses=responses(401, 403))
async def get_company(caller: Reader, parts: ServiceParts) -> CompanyOut:
    """Show the caller's company."""
    return company_out(await parts.lookups.company(caller.company_id))


@router.patch("/company", tags=["company"], responses=responses(401, 403, 409, 422))
async def patch_company(body: CompanyIn, caller: Owner, parts: ServiceParts) -> CompanyOut:
    """Change name, look, contact data or agreement text; the plan is bought outside."""
    command = ChangeCompany(company_id=caller.company_id, **body.model_dump())
    return company_out(await change_company(command, office=parts.office))


@router.patch("/company/policy", tags=["company"], responses=responses(401, 403, 409, 422))
async def patch_policy(body: PolicyIn, caller: Owner, parts: ServiceParts) -> CompanyOut:
    """Change the payment policy; it applies to inspections scheduled from now on."""
    command = ChangePolicy(company_id=caller.company_id, **body.model_dump())
    return company_out(await change_policy(command, office=parts.office))


@router.get("/contacts", tags=["contacts"], responses=responses(401, 403, 422))
async def get_contacts(
    caller: Reader,
    parts: ServiceParts,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ContactPage:
    """List contacts by name."""
    contacts, following = await parts.lookups.contacts(
        caller.company_id, text=q, cursor=cursor, limit=limit
    )
    return ContactPage(items=[contact_out(c) for c in contacts], next_cursor=following)


@router.post(
    "/contacts",
    tags=["contacts"],
    status_code=201,
    response_model=ContactOut,
    responses=responses(401, 403, 409, 422),
)
async def post_contact(
    body: ContactIn, caller: Scheduler, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a contact."""
    command = AddContact(
        company_id=caller.company_id,
        name=body.name,
        email=body.email,
        phone=body.phone,
        custom_fields=_fields(body.custom_fields),
    )
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["contact", body.model_dump()]),
        lambda office: add_contact(command, office=office, secrets=parts.secrets),
        lambda contact: Answer(201, contact_out(contact).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.get("/contacts/{contact_id}", tags=["contacts"], responses=responses(401, 403, 404))
async def get_contact(contact_id: str, caller: Reader, parts: ServiceParts) -> ContactOut:
    """Show one contact."""
    return contact_out(await parts.lookups.contact(caller.company_id, contact_id))


@router.patch(
    "/contacts/{contact_id}", tags=["contacts"], responses=responses(401, 403, 404, 409, 422)
)
async def patch_contact(
    contact_id: str, body: ContactChangeIn, caller: Scheduler, parts: ServiceParts
) -> ContactOut:
    """Change a contact, also where it is expected at scheduled inspections."""
    given: dict[str, Any] = body.model_dump(exclude={"custom_fields"})
    if body.custom_fields is not None:
        given["custom_fields"] = _fields(body.custom_fields)
    command = ChangeContact(company_id=caller.company_id, contact_id=contact_id, **given)
    return contact_out(await change_contact(command, office=parts.office))


@router.get("/services", tags=["services"], responses=responses(401, 403))
async def get_services(caller: Reader, parts: ServiceParts) -> ServiceList:
    """List the catalogue."""
    services = await parts.lookups.services(caller.company_id)
    return ServiceList(items=[ServiceOut.model_validate(service) for service in services])


@router.post(
    "/services",
    tags=["services"],
    status_code=201,
    response_model=ServiceOut,
    responses=responses(401, 403, 409, 422),
)
async def post_service(
    body: ServiceIn, caller: Owner, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a service to the catalogue."""
    command = AddService(company_id=caller.company_id, **body.model_dump())
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["service", body.model_dump()]),
        lambda office: add_service(command, office=office, secrets=parts.secrets),
        lambda service: Answer(201, ServiceOut.model_validate(service).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch(
    "/services/{service_id}", tags=["services"], responses=responses(401, 403, 404, 409, 422)
)
async def patch_service(
    service_id: str, body: ServiceChangeIn, caller: Owner, parts: ServiceParts
) -> ServiceOut:
    """Change a service; what is booked keeps its price."""
    command = ChangeService(
        company_id=caller.company_id, service_id=service_id, **body.model_dump()
    )
    return ServiceOut.model_validate(await change_service(command, office=parts.office))


def _fields(given: list[CustomFieldIn]) -> tuple[CustomField, ...]:
    return tuple(CustomField(name=field.name, value=field.value) for field in given)
