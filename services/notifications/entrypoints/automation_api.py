"""Automations for programs: JSON under /api/notifications/v1/automations."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.notifications.domain.automation import (
    Addressee,
    Automation,
    Trigger,
    may_run,
)
from services.notifications.domain.automation_texts import starting_words, words_of
from services.notifications.domain.mail import Words
from services.notifications.domain.refusals import AutomationNotFoundError
from services.notifications.entrypoints.api import Strict, name_of
from services.notifications.entrypoints.office import Office, TheOffice
from services.notifications.usecases.remove_automation import remove_automation
from services.notifications.usecases.save_automation import AutomationWish, save_automation
from shared.idempotency import IdempotencyKey, fingerprint
from shared.identity import ApiClient, Permission, Staff, may
from shared.problem_answers import responses

Keeper = Annotated[Staff | ApiClient, Depends(may(Permission.SETTINGS))]
router = APIRouter(prefix="/api/notifications/v1", tags=["automations"])


class AutomationIn(Strict):
    """What happens, whom it reaches, what it says. Without a text, a standard one is the start."""

    name: str = Field(examples=["Tell the insurer"], max_length=80)
    trigger: Trigger
    addressee: Addressee
    role_label: str = Field(default="", examples=["Insurer"], max_length=80)
    """With `additional`: only this role; empty: all additional people."""
    portal_link: bool = False
    """Give an agent or additional person the client portal link: report, invoice, agreements."""
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", max_length=20_000)
    on: bool = True


class AutomationOut(BaseModel):
    """One automation. `runs` is false while it is off or the plan does not have it (R50)."""

    automation_id: str
    name: str
    trigger: Trigger
    addressee: Addressee
    role_label: str
    portal_link: bool
    subject: str
    body: str
    on: bool
    standard: bool
    advanced: bool
    runs: bool


class AutomationList(BaseModel):
    """All automations of a company."""

    items: list[AutomationOut]
    advanced_available: bool


@router.get("/automations", responses=responses(401, 403))
async def list_automations(caller: Keeper, office: TheOffice) -> AutomationList:
    """The standard set first, then the company's own."""
    plan = await plan_of(office, caller.company_id)
    found = await office.post.desks.reading.automations.all(caller.company_id)
    return AutomationList(
        items=[_out(automation, plan) for automation in found],
        advanced_available=plan in {"pro", "pro_plus"},
    )


@router.post("/automations", status_code=201, responses=responses(401, 403, 409, 422))
async def create_automation(
    wanted: AutomationIn, caller: Keeper, office: TheOffice, key: IdempotencyKey
) -> AutomationOut:
    """`advanced_automations_required` (403) when the plan reaches clients and agents only."""
    automation_id = fingerprint([caller.company_id, key])[:20]
    return await _save(automation_id, wanted, caller, office, new=True)


@router.put("/automations/{automation_id}", responses=responses(401, 403, 404, 422))
async def change_automation(
    automation_id: str, wanted: AutomationIn, caller: Keeper, office: TheOffice
) -> AutomationOut:
    """Of a standard automation only `on` changes here; its words are the company's mail texts."""
    return await _save(automation_id, wanted, caller, office, new=False)


@router.delete(
    "/automations/{automation_id}", status_code=204, responses=responses(401, 403, 404, 409)
)
async def delete_automation(automation_id: str, caller: Keeper, office: TheOffice) -> None:
    """Remove one of the company's own."""
    await remove_automation(caller.company_id, automation_id, desk=office.post.desks.reading)


@router.get("/automations/{automation_id}", responses=responses(401, 403, 404))
async def read_automation(automation_id: str, caller: Keeper, office: TheOffice) -> AutomationOut:
    """One automation."""
    found = await office.post.desks.reading.automations.one(caller.company_id, automation_id)
    if found is None:
        raise AutomationNotFoundError
    return _out(found, await plan_of(office, caller.company_id))


async def plan_of(office: Office, company_id: str) -> str:
    """The company's plan; the smallest before we were told of it."""
    company = await office.post.desks.reading.views.company(company_id)
    return company.plan if company else "basic"


async def _save(
    automation_id: str,
    wanted: AutomationIn,
    caller: Staff | ApiClient,
    office: Office,
    *,
    new: bool,
) -> AutomationOut:
    linked = wanted.portal_link or wanted.addressee is Addressee.CLIENT
    start = starting_words(wanted.trigger, with_link=linked)
    saved = await save_automation(
        caller.company_id,
        automation_id,
        AutomationWish(
            name=wanted.name,
            trigger=wanted.trigger,
            addressee=wanted.addressee,
            role_label=wanted.role_label,
            portal_link=wanted.portal_link,
            words=Words(
                subject=wanted.subject.strip() or start.subject,
                body=wanted.body.strip() or start.body,
            ),
            on=wanted.on,
        ),
        new=new,
        by=name_of(caller),
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return _out(saved, await plan_of(office, caller.company_id))


def _out(automation: Automation, plan: str) -> AutomationOut:
    words = words_of(automation)
    return AutomationOut(
        automation_id=automation.automation_id,
        name=automation.name,
        trigger=automation.trigger,
        addressee=automation.addressee,
        role_label=automation.role_label,
        portal_link=automation.portal_link,
        subject=words.subject,
        body=words.body,
        on=automation.on,
        standard=automation.standard,
        advanced=automation.advanced,
        runs=automation.on and may_run(automation, plan),
    )
