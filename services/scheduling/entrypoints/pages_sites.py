"""Tasks on an account customer: the places where its jobs are done."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from services.scheduling.entrypoints.account_forms import site_in
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_account_tasks import account_task
from services.scheduling.entrypoints.pages_accounts import ACCOUNTS_PATH
from services.scheduling.entrypoints.pages_frame import gone_to, noted, posted
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.add_site import AddSite, add_site
from services.scheduling.usecases.change_site import ChangeSite, change_site
from services.scheduling.usecases.remove_site import RemoveSite, remove_site
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form

router = APIRouter(prefix="/staff/scheduling/accounts/{account_id}", include_in_schema=False)
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]


@router.get("/sites/new")
async def get_new_site(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask where else."""
    account = await parts.lookups.account(staff.company_id, account_id)
    return await account_task(request, staff, parts, account, "task_site.html", Form(), site=None)


@router.post("/sites/new")
async def post_new_site(
    request: Request, account_id: str, staff: Biller, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Add the site."""
    form = await posted(request)
    command = AddSite(company_id=staff.company_id, account_id=account_id, site=site_in(form))
    account = await parts.lookups.account(staff.company_id, account_id)
    if form.ok:
        try:
            await once(
                parts,
                Wish(
                    company_id=staff.company_id,
                    key=key,
                    meaning=["site", account_id, vars(command.site)],
                ),
                lambda office: add_site(command, office=office, secrets=parts.secrets),
                lambda after: Answer(201, {"account_id": after.account_id}),
            )
        except RefusalError as refusal:
            noted(form, refusal, otherwise="street")
        else:
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    return await account_task(request, staff, parts, account, "task_site.html", form, site=None)


@router.get("/sites/{site_id}")
async def get_site(
    request: Request, account_id: str, site_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Ask what to correct, or whether to remove the site."""
    account = await parts.lookups.account(staff.company_id, account_id)
    site = account.site(site_id)
    return await account_task(
        request, staff, parts, account, "task_site.html", Form(dict(vars(site))), site=site
    )


@router.post("/sites/{site_id}")
async def post_site(
    request: Request, account_id: str, site_id: str, staff: Biller, parts: ServiceParts
) -> Response:
    """Correct or remove the site."""
    form = await posted(request)
    account = await parts.lookups.account(staff.company_id, account_id)
    site = account.site(site_id)
    try:
        if form.value("then") == "remove":
            removal = RemoveSite(
                company_id=staff.company_id, account_id=account_id, site_id=site_id
            )
            await remove_site(removal, office=parts.office)
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
        typed = site_in(form)
        if form.ok:
            change = ChangeSite(
                company_id=staff.company_id, account_id=account_id, site_id=site_id, **vars(typed)
            )
            await change_site(change, office=parts.office)
            return gone_to(request, f"{ACCOUNTS_PATH}/{account_id}")
    except RefusalError as refusal:
        noted(form, refusal, otherwise="street")
    return await account_task(request, staff, parts, account, "task_site.html", form, site=site)
