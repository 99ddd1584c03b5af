"""JSON: tokens, the team, API keys."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from services.scheduling.entrypoints.api_answers import (
    ApiKeyList,
    ApiKeyOut,
    StaffList,
    TokenOut,
    api_key_out,
    staff_out,
)
from services.scheduling.entrypoints.api_requests import ApiKeyIn, StaffChangeIn, StaffIn, TokenIn
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.add_staff_member import AddStaffMember, add_staff_member
from services.scheduling.usecases.change_staff_member import (
    ChangeStaffMember,
    change_staff_member,
)
from services.scheduling.usecases.create_api_key import CreateApiKey, create_api_key
from services.scheduling.usecases.issue_token import IssueToken, issue_token
from services.scheduling.usecases.revoke_api_key import revoke_api_key
from shared.contracts.scheduling import StaffMember
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, everyone, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1")
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Owner = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]


def address_of(request: Request) -> str:
    """Return the address a request came from; the gateway says it."""
    return request.client.host if request.client else "unknown"


@router.post(
    "/tokens",
    tags=["access"],
    dependencies=[Depends(everyone("this is where callers identify themselves"))],
    responses=responses(401, 422, 429),
)
async def post_token(body: TokenIn, request: Request, parts: ServiceParts) -> TokenOut:
    """Exchange a password or an API key for a token of 15 minutes."""
    issued = await issue_token(
        IssueToken(
            address=address_of(request),
            email=body.email,
            password=body.password,
            api_key=body.api_key,
        ),
        door=parts.door,
        passwords=parts.passwords,
        secrets=parts.secrets,
        mint=parts.mint,
        now=parts.now(),
    )
    return TokenOut(access_token=issued.access_token, expires_in=issued.expires_in_seconds)


@router.get("/staff", tags=["team"], responses=responses(401, 403))
async def get_staff(caller: Reader, parts: ServiceParts) -> StaffList:
    """List the team."""
    return StaffList(items=[staff_out(m) for m in await parts.lookups.team(caller.company_id)])


@router.post(
    "/staff",
    tags=["team"],
    status_code=201,
    response_model=StaffMember,
    responses=responses(401, 403, 409, 422),
)
async def post_staff(
    body: StaffIn, caller: Owner, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add somebody to the team."""
    command = AddStaffMember(company_id=caller.company_id, **body.model_dump())
    meaning = ["staff", body.model_dump(mode="json", exclude={"password"})]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: add_staff_member(
            command, office=office, passwords=parts.passwords, secrets=parts.secrets
        ),
        lambda member: Answer(201, staff_out(member).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/staff/{staff_id}", tags=["team"], responses=responses(401, 403, 404, 409, 422))
async def patch_staff(
    staff_id: str, body: StaffChangeIn, caller: Owner, parts: ServiceParts
) -> StaffMember:
    """Change role, name, phone or password, or deactivate."""
    command = ChangeStaffMember(
        company_id=caller.company_id, staff_id=staff_id, **body.model_dump()
    )
    member = await change_staff_member(command, office=parts.office, passwords=parts.passwords)
    return staff_out(member)


@router.get("/api-keys", tags=["access"], responses=responses(401, 403))
async def get_api_keys(caller: Owner, parts: ServiceParts) -> ApiKeyList:
    """List the keys, without their secrets."""
    return ApiKeyList(
        items=[api_key_out(k) for k in await parts.lookups.api_keys(caller.company_id)]
    )


@router.post("/api-keys", tags=["access"], status_code=201, responses=responses(401, 403, 422))
async def post_api_key(body: ApiKeyIn, caller: Owner, parts: ServiceParts) -> ApiKeyOut:
    """Create a key. Its text is in this answer only, so it cannot be asked for twice."""
    command = CreateApiKey(
        company_id=caller.company_id,
        name=body.name,
        scopes=tuple(scope.value for scope in body.scopes),
    )
    created = await create_api_key(
        command, office=parts.office, secrets=parts.secrets, now=parts.now()
    )
    return api_key_out(created.key, created.plain)


@router.post("/api-keys/{key_id}/revoke", tags=["access"], responses=responses(401, 403, 404))
async def post_revoke(key_id: str, caller: Owner, parts: ServiceParts) -> ApiKeyOut:
    """End a key."""
    key = await revoke_api_key(caller.company_id, key_id, office=parts.office, now=parts.now())
    return api_key_out(key)
