"""JSON: account customers, their people, sites and custom fields."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from services.scheduling.domain.account import CustomerAccount
from services.scheduling.entrypoints.account_answers import (
    AccountOut,
    AccountPage,
    account_out,
    account_page,
)
from services.scheduling.entrypoints.account_requests import (
    AccountChangeIn,
    AccountIn,
    AccountPersonChangeIn,
    AccountPersonIn,
    SiteChangeIn,
    ValuesIn,
)
from services.scheduling.entrypoints.api_requests import SiteIn
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.parts import Parts, ServiceParts
from services.scheduling.usecases._accounts import NewAccountPerson, NewSite
from services.scheduling.usecases.add_account_person import AddAccountPerson, add_account_person
from services.scheduling.usecases.add_site import AddSite, add_site
from services.scheduling.usecases.change_account import ChangeAccount, change_account
from services.scheduling.usecases.change_account_person import (
    ChangeAccountPerson,
    change_account_person,
)
from services.scheduling.usecases.change_site import ChangeSite, change_site
from services.scheduling.usecases.fill_in_custom_fields import (
    FillInCustomFields,
    fill_in_custom_fields,
)
from services.scheduling.usecases.open_account import OpenAccount, open_account
from services.scheduling.usecases.remove_account_person import (
    RemoveAccountPerson,
    remove_account_person,
)
from services.scheduling.usecases.remove_site import RemoveSite, remove_site
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

router = APIRouter(prefix="/api/scheduling/v1/accounts", tags=["accounts"])
Reader = Annotated[Staff | ApiClient, Depends(may(Permission.READ))]
Biller = Annotated[Staff | ApiClient, Depends(may(Permission.BILL))]
"""Who may change terms, and who may sign in for a customer: whoever deals with money."""
CHANGED = responses(401, 403, 404, 409, 422)


@router.get("", responses=responses(401, 403, 422))
async def get_accounts(
    caller: Reader,
    parts: ServiceParts,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> AccountPage:
    """List accounts by name; `q` looks in names and addresses of their people too."""
    rows, following = await parts.lookups.accounts(
        caller.company_id, text=q, cursor=cursor, limit=limit
    )
    return account_page(rows, following)


@router.post("", status_code=201, response_model=AccountOut, responses=CHANGED)
async def post_account(
    body: AccountIn, caller: Biller, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Open an account for a customer."""
    command = OpenAccount(
        company_id=caller.company_id,
        name=body.name,
        address=body.address,
        terms_days=body.terms_days,
        people=tuple(NewAccountPerson(**person.model_dump()) for person in body.people),
        sites=tuple(NewSite(**site.model_dump()) for site in body.sites),
    )
    company = await parts.lookups.company(caller.company_id)
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=["account", body.model_dump()]),
        lambda office: open_account(command, office=office, secrets=parts.secrets, now=parts.now()),
        lambda account: Answer(201, account_out(account, company).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.get("/{account_id}", responses=responses(401, 403, 404))
async def get_account(account_id: str, caller: Reader, parts: ServiceParts) -> AccountOut:
    """Show one account."""
    return await _shown(parts, await parts.lookups.account(caller.company_id, account_id))


@router.patch("/{account_id}", responses=CHANGED)
async def patch_account(
    account_id: str, body: AccountChangeIn, caller: Biller, parts: ServiceParts
) -> AccountOut:
    """Rename it, change its terms, close it (`active: false`) or open it again."""
    command = ChangeAccount(
        company_id=caller.company_id, account_id=account_id, **body.model_dump()
    )
    return await _shown(parts, await change_account(command, office=parts.office))


@router.post("/{account_id}/people", status_code=201, response_model=AccountOut, responses=CHANGED)
async def post_person(
    account_id: str,
    body: AccountPersonIn,
    caller: Biller,
    parts: ServiceParts,
    key: IdempotencyKey,
) -> JSONResponse:
    """Let somebody more sign in for it."""
    command = AddAccountPerson(
        company_id=caller.company_id,
        account_id=account_id,
        person=NewAccountPerson(**body.model_dump()),
    )
    company = await parts.lookups.company(caller.company_id)
    meaning = ["account person", account_id, body.model_dump()]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: add_account_person(command, office=office, secrets=parts.secrets),
        lambda account: Answer(201, account_out(account, company).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/{account_id}/people/{contact_id}", responses=CHANGED)
async def patch_person(
    account_id: str,
    contact_id: str,
    body: AccountPersonChangeIn,
    caller: Biller,
    parts: ServiceParts,
) -> AccountOut:
    """Correct somebody, or make him the one who is written to about money."""
    command = ChangeAccountPerson(
        company_id=caller.company_id,
        account_id=account_id,
        contact_id=contact_id,
        primary=body.primary is True,
        **body.model_dump(exclude={"primary"}),
    )
    return await _shown(parts, await change_account_person(command, office=parts.office))


@router.delete("/{account_id}/people/{contact_id}", responses=CHANGED)
async def delete_person(
    account_id: str, contact_id: str, caller: Biller, parts: ServiceParts
) -> AccountOut:
    """Take somebody's access away; the last one stays."""
    command = RemoveAccountPerson(
        company_id=caller.company_id, account_id=account_id, contact_id=contact_id
    )
    return await _shown(parts, await remove_account_person(command, office=parts.office))


@router.post("/{account_id}/sites", status_code=201, response_model=AccountOut, responses=CHANGED)
async def post_site(
    account_id: str, body: SiteIn, caller: Biller, parts: ServiceParts, key: IdempotencyKey
) -> JSONResponse:
    """Add a place; the new one is the last of `sites`."""
    command = AddSite(
        company_id=caller.company_id, account_id=account_id, site=NewSite(**body.model_dump())
    )
    company = await parts.lookups.company(caller.company_id)
    meaning = ["site", account_id, body.model_dump()]
    known = await once(
        parts,
        Wish(company_id=caller.company_id, key=key, meaning=meaning),
        lambda office: add_site(command, office=office, secrets=parts.secrets),
        lambda account: Answer(201, account_out(account, company).model_dump(mode="json")),
    )
    return JSONResponse(known.body, known.status)


@router.patch("/{account_id}/sites/{site_id}", responses=CHANGED)
async def patch_site(
    account_id: str, site_id: str, body: SiteChangeIn, caller: Biller, parts: ServiceParts
) -> AccountOut:
    """Correct a place; what is booked there keeps its address."""
    command = ChangeSite(
        company_id=caller.company_id,
        account_id=account_id,
        site_id=site_id,
        **body.model_dump(),
    )
    return await _shown(parts, await change_site(command, office=parts.office))


@router.delete("/{account_id}/sites/{site_id}", responses=CHANGED)
async def delete_site(
    account_id: str, site_id: str, caller: Biller, parts: ServiceParts
) -> AccountOut:
    """Give a place up; refused while a recurring service goes on there."""
    command = RemoveSite(company_id=caller.company_id, account_id=account_id, site_id=site_id)
    return await _shown(parts, await remove_site(command, office=parts.office))


@router.patch("/{account_id}/custom-fields", responses=CHANGED)
async def patch_values(
    account_id: str, body: ValuesIn, caller: Biller, parts: ServiceParts
) -> AccountOut:
    """Fill in custom fields."""
    command = FillInCustomFields(
        company_id=caller.company_id,
        account_id=account_id,
        values=body.values,
        revision=body.revision,
    )
    return await _shown(parts, await fill_in_custom_fields(command, office=parts.office))


async def _shown(parts: Parts, account: CustomerAccount) -> AccountOut:
    return account_out(account, await parts.lookups.company(account.company_id))
