"""JSON: which custom fields a company keeps for its account customers."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from services.scheduling.entrypoints.account_answers import CustomFieldList, custom_fields_out
from services.scheduling.entrypoints.account_requests import (
    CustomFieldChangeIn,
    CustomFieldDefinitionIn,
)
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.change_custom_field import (
    ChangeCustomField,
    change_custom_field,
)
from services.scheduling.usecases.define_custom_field import (
    DefineCustomField,
    define_custom_field,
)
from services.scheduling.usecases.remove_custom_field import remove_custom_field
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/custom-fields", tags=["custom fields"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Owner = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]
CHANGED = responses(401, 403, 404, 409, 422)


@router.get("", responses=responses(401, 403))
async def get_custom_fields(caller: Reader, parts: ServiceParts) -> CustomFieldList:
    """List the fields, in the order of the list."""
    return custom_fields_out(await parts.lookups.company(caller.company_id))


@router.post("", status_code=201, response_model=CustomFieldList, responses=CHANGED)
async def post_custom_field(
    body: CustomFieldDefinitionIn, caller: Owner, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a field; the new one is the last of the list."""
    command = DefineCustomField(
        company_id=caller.company_id,
        label=body.label,
        kind=body.kind,
        choices=tuple(body.choices),
    )
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["field", body.model_dump()]),
        lambda office: define_custom_field(command, office=office, secrets=parts.secrets),
        lambda company: Answer(201, custom_fields_out(company).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/{field_id}", responses=CHANGED)
async def patch_custom_field(
    field_id: str, body: CustomFieldChangeIn, caller: Owner, parts: ServiceParts
) -> CustomFieldList:
    """Change a label or the choices; the kind stays."""
    command = ChangeCustomField(
        company_id=caller.company_id,
        field_id=field_id,
        label=body.label,
        choices=None if body.choices is None else tuple(body.choices),
    )
    return custom_fields_out(await change_custom_field(command, office=parts.office))


@router.delete("/{field_id}", responses=CHANGED)
async def delete_custom_field(field_id: str, caller: Owner, parts: ServiceParts) -> CustomFieldList:
    """Remove a field; nobody sees its values any more."""
    company = await remove_custom_field(caller.company_id, field_id, office=parts.office)
    return custom_fields_out(company)
