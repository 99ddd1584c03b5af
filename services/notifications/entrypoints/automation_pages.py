"""Settings: the automations, each with who it reaches, what it says, and a switch."""

from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.automation import (
    ADVANCED_PLANS,
    OPENS_EVERYTHING,
    TRIGGER_WORDS,
    Addressee,
    Automation,
    Trigger,
    may_run,
)
from services.notifications.domain.automation_texts import starting_words, words_of
from services.notifications.domain.mail import Words
from services.notifications.domain.merge_tags import TAGS
from services.notifications.domain.refusals import AutomationNotFoundError
from services.notifications.entrypoints.automation_api import plan_of
from services.notifications.entrypoints.office import Office, Owner, TheOffice, shell
from services.notifications.usecases.remove_automation import remove_automation
from services.notifications.usecases.save_automation import AutomationWish, save_automation
from shared.idempotency import IdempotencyKey, fingerprint
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui import Form
from shared.webapp import page

PATH = "/staff/notifications/settings/automations"
NEW = "new"
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def automations(request: Request, staff: Owner, office: TheOffice) -> HTMLResponse:
    """All of them, by what sets them off."""
    desk = office.post.desks.reading
    company = await desk.views.company(staff.company_id)
    plan = company.plan if company else "basic"
    found = await desk.automations.all(staff.company_id)
    return page(
        request,
        "automations.html",
        shell=shell(staff, company, "settings"),
        groups=[
            (words, [(one, may_run(one, plan)) for one in found if one.trigger is trigger])
            for trigger, words in TRIGGER_WORDS.items()
        ],
        advanced=plan in ADVANCED_PLANS,
        trial=company.trial if company else False,
    )


@router.get(f"{PATH}/{NEW}")
async def begin(
    request: Request, staff: Owner, office: TheOffice, trigger: Trigger = Trigger.SCHEDULED
) -> HTMLResponse:
    """An empty one, with a standard text to start from."""
    words = starting_words(trigger, with_link=False)
    form = Form(
        {
            "trigger": str(trigger),
            "addressee": str(Addressee.CLIENT),
            "subject": words.subject,
            "body": words.body,
            "on": "on",
        }
    )
    return await _edit_page(request, office, staff, None, form)


@router.post(f"{PATH}/{NEW}")
async def create(
    request: Request, staff: Owner, office: TheOffice, key: IdempotencyKey
) -> Response:
    """Keep it; the same click twice is one automation."""
    automation_id = fingerprint([staff.company_id, key])[:20]
    return await _save(request, office, staff, automation_id, None)


@router.get(f"{PATH}/{{automation_id}}")
async def edit(request: Request, automation_id: str, staff: Owner, office: TheOffice) -> Response:
    """One of the company's own; a standard one is worded on the page of its text."""
    found = await _found(office, staff, automation_id)
    if found.standard:
        return RedirectResponse(f"/staff/notifications/settings/{found.text_key}", 303)
    words = words_of(found)
    values = {
        "name": found.name,
        "trigger": str(found.trigger),
        "addressee": str(found.addressee),
        "role_label": found.role_label,
        "subject": words.subject,
        "body": words.body,
    }
    ticked = {"portal_link": found.portal_link, "on": found.on}
    form = Form({**values, **{name: "on" for name, on in ticked.items() if on}})
    return await _edit_page(request, office, staff, found, form)


@router.post(f"{PATH}/{{automation_id}}")
async def change(request: Request, automation_id: str, staff: Owner, office: TheOffice) -> Response:
    """Run it like this from the next event on."""
    found = await _found(office, staff, automation_id)
    return await _save(request, office, staff, automation_id, found)


@router.post(f"{PATH}/{{automation_id}}/switch")
async def switch(automation_id: str, staff: Owner, office: TheOffice) -> Response:
    """On becomes off, off becomes on."""
    found = await _found(office, staff, automation_id)
    wish = AutomationWish(
        name=found.name,
        trigger=found.trigger,
        addressee=found.addressee,
        role_label=found.role_label,
        portal_link=found.portal_link,
        words=words_of(found),
        on=not found.on,
    )
    await save_automation(
        staff.company_id,
        automation_id,
        wish,
        new=False,
        by=staff.staff_id,
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return RedirectResponse(PATH, 303)


@router.post(f"{PATH}/{{automation_id}}/remove")
async def remove(automation_id: str, staff: Owner, office: TheOffice) -> Response:
    """It writes nothing any more."""
    await remove_automation(staff.company_id, automation_id, desk=office.post.desks.reading)
    return RedirectResponse(PATH, 303)


async def _found(office: Office, staff: Staff, automation_id: str) -> Automation:
    found = await office.post.desks.reading.automations.one(staff.company_id, automation_id)
    if found is None:
        raise AutomationNotFoundError
    return found


async def _save(
    request: Request, office: Office, staff: Staff, automation_id: str, known: Automation | None
) -> Response:
    form = Form.posted((await request.form()).multi_items())
    trigger = form.choice("trigger", [str(t) for t in Trigger], "Choose what sets it off")
    addressee = form.choice("addressee", [str(a) for a in Addressee], "Choose whom it reaches")
    body = form.value("body").replace("\r\n", "\n").strip()
    if form.ok:
        try:
            await save_automation(
                staff.company_id,
                automation_id,
                AutomationWish(
                    name=form.value("name"),
                    trigger=Trigger(trigger),
                    addressee=Addressee(addressee),
                    role_label=form.value("role_label"),
                    portal_link=form.has("portal_link"),
                    words=Words(subject=form.value("subject").strip(), body=body),
                    on=form.has("on"),
                ),
                new=known is None,
                by=staff.staff_id,
                desk=office.post.desks.reading,
                now=office.post.clock(),
            )
        except RefusalError as refusal:
            field = str(refusal.extra.get("field", "body"))
            form.refuse(field, refusal.detail or refusal.title)
            return await _edit_page(request, office, staff, known, form, status=refusal.status)
        return RedirectResponse(PATH, 303)
    return await _edit_page(request, office, staff, known, form, status=422)


async def _edit_page(
    request: Request,
    office: Office,
    staff: Staff,
    known: Automation | None,
    form: Form,
    *,
    status: int = 200,
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request,
        "automation.html",
        status,
        shell=shell(staff, company, "settings"),
        known=known,
        form=form,
        triggers=[(str(key), f"When {words}") for key, words in TRIGGER_WORDS.items()],
        advanced=await plan_of(office, staff.company_id) in ADVANCED_PLANS,
        warning=OPENS_EVERYTHING,
        tags=TAGS,
        fresh_key=lambda: uuid4().hex,
    )
