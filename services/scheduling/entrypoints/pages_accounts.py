"""Pages: account customers - the list, a new one, and one with everything that is done for it."""

from datetime import time
from typing import Annotated
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.account import DEFAULT_TERMS_DAYS
from services.scheduling.entrypoints.account_forms import CADENCES, new_account
from services.scheduling.entrypoints.once import Wish, once
from services.scheduling.entrypoints.pages_frame import STAFF_PATH, framed, noted, posted
from services.scheduling.entrypoints.pages_schedule import row_of
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.open_account import open_account
from shared.idempotency import Answer, IdempotencyKey
from shared.identity import Permission, Staff, staff_page
from shared.problems import RefusalError
from shared.ui import Form
from shared.ui.formats import clock

router = APIRouter(prefix="/staff/scheduling/accounts", include_in_schema=False)
Reader = Annotated[Staff, Depends(staff_page(Permission.READ))]
Biller = Annotated[Staff, Depends(staff_page(Permission.BILL))]
ACCOUNTS_PATH = f"{STAFF_PATH}/accounts"
VISITS_SHOWN = 10


@router.get("")
async def get_accounts(
    request: Request,
    staff: Reader,
    parts: ServiceParts,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: Annotated[str, Query(max_length=400)] = "",
) -> HTMLResponse:
    """List account customers by name, and find them by name or by one of their people."""
    rows, following = await parts.lookups.accounts(staff.company_id, text=q, cursor=cursor or None)
    further = urlencode({"q": q, "cursor": following}) if following else ""
    return await framed(
        request,
        staff,
        parts,
        "accounts.html",
        current="accounts",
        rows=rows,
        q=q,
        further=f"{ACCOUNTS_PATH}?{further}" if further else "",
        first_page=not cursor,
        may_change=staff.may(Permission.BILL),
    )


@router.get("/new")
async def get_new(request: Request, staff: Biller, parts: ServiceParts) -> HTMLResponse:
    """Ask who the customer is."""
    form = Form({"terms_days": str(DEFAULT_TERMS_DAYS)})
    return await framed(
        request, staff, parts, "new_account.html", current="accounts", form=form, key=uuid4().hex
    )


@router.post("/new")
async def post_new(
    request: Request, staff: Biller, parts: ServiceParts, key: IdempotencyKey
) -> Response:
    """Open the account, or show what is wrong and keep what was typed."""
    form = await posted(request)
    command = new_account(form, staff.company_id)
    if command is not None:
        try:
            known = await once(
                parts,
                Wish(company_id=staff.company_id, key=key, meaning=["account page", form.typed]),
                lambda office: open_account(
                    command, office=office, secrets=parts.secrets, now=parts.now()
                ),
                lambda account: Answer(201, {"account_id": account.account_id}),
            )
        except RefusalError as refusal:
            noted(form, refusal, otherwise="name")
        else:
            return RedirectResponse(f"{ACCOUNTS_PATH}/{known.body['account_id']}", 303)
    return await framed(
        request,
        staff,
        parts,
        "new_account.html",
        422,
        current="accounts",
        form=form,
        key=form.value("idempotency_key"),
    )


@router.get("/{account_id}")
async def get_account(
    request: Request,
    account_id: str,
    staff: Reader,
    parts: ServiceParts,
    ordered: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """Show one account: people, sites, fields, recurring services, visits."""
    lookups, mine = parts.lookups, (staff.company_id, account_id)
    account = await lookups.account(*mine)
    company = await lookups.company(staff.company_id)
    upcoming = await lookups.visits(*mine, since=parts.now(), limit=VISITS_SHOWN)
    coming = {listed.inspection.inspection_id for listed in upcoming}
    latest = await lookups.visits(*mine, since=None, limit=2 * VISITS_SHOWN)
    past = [
        listed
        for listed in latest
        if listed.inspection.inspection_id not in coming
        and (listed.inspection.starts_at < parts.now() or listed.inspection.status != "scheduled")
    ]
    order = await lookups.order(staff.company_id, ordered) if ordered else ()
    services = await lookups.recurring_of(*mine)
    return await framed(
        request,
        staff,
        parts,
        "account.html",
        current="accounts",
        account=account,
        base=f"{ACCOUNTS_PATH}/{account_id}",
        fields=[(f.label, account.values.get(f.field_id, "")) for f in company.custom_fields],
        services=[
            (service, clock(time.fromisoformat(service.visit_at)))
            for service in sorted(services, key=lambda service: service.status == "ended")
        ],
        cadences=dict(CADENCES),
        upcoming=[row_of(listed) for listed in upcoming],
        past=[row_of(listed) for listed in past[:VISITS_SHOWN]],
        order=order,
        may_change=staff.may(Permission.BILL),
        may_schedule=staff.may(Permission.SCHEDULE),
    )
