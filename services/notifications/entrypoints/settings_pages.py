"""Settings of the mails: every text, editable, with a preview and a way back."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.mail import Words
from services.notifications.domain.merge_tags import TAGS
from services.notifications.domain.refusals import TextNotFoundError
from services.notifications.domain.samples import sample_mail, sample_situation
from services.notifications.domain.standard_texts import ALL, BY_KEY
from services.notifications.domain.text_shape import StandardText
from services.notifications.entrypoints.office import Office, Owner, TheOffice, shell
from services.notifications.usecases.edit_text import edit_text
from services.notifications.usecases.preview_letter import typeset
from shared import ui
from shared.identity import Staff
from shared.problems import RefusalError, UnavailableError
from shared.ui.mails import PREVIEW_HEADERS, seen_in
from shared.webapp import page

PATH = "/staff/notifications/settings"
Typed = Annotated[str, Form(max_length=40_000)]
router = APIRouter(include_in_schema=False)


@router.get(PATH)
async def texts(request: Request, staff: Owner, office: TheOffice) -> HTMLResponse:
    """The list of texts and who gets what."""
    desk = office.post.desks.reading
    company = await desk.views.company(staff.company_id)
    return page(
        request,
        "settings.html",
        shell=shell(staff, company, "settings"),
        texts=ALL,
        changed=await desk.texts.changed(staff.company_id),
        trial=company.trial if company else False,
    )


@router.get(f"{PATH}/{{key}}")
async def edit(request: Request, key: str, staff: Owner, office: TheOffice) -> HTMLResponse:
    """One text."""
    standard = _standard(key)
    changed = await office.post.desks.reading.texts.changed(staff.company_id)
    words = changed.get(key, standard.words)
    form = ui.Form({"subject": words.subject, "body": words.body})
    return await _edit_page(request, office, staff, standard, form, own=key in changed)


@router.post(f"{PATH}/{{key}}")
async def save(
    request: Request,
    *,
    key: str,
    staff: Owner,
    office: TheOffice,
    subject: Typed = "",
    body: Typed = "",
) -> Response:
    """Use these words from now on."""
    standard = _standard(key)
    words = Words(subject=subject.strip(), body=body.replace("\r\n", "\n").strip())
    try:
        await edit_text(
            staff.company_id,
            key,
            words,
            by=staff.staff_id,
            desk=office.post.desks.reading,
            now=office.post.clock(),
        )
    except RefusalError as refusal:
        form = ui.Form({"subject": subject, "body": body})
        form.refuse(str(refusal.extra.get("field", "body")), refusal.detail)
        return await _edit_page(
            request, office, staff, standard, form, own=True, status=refusal.status
        )
    return RedirectResponse(PATH, 303)


@router.post(f"{PATH}/{{key}}/reset")
async def reset(key: str, staff: Owner, office: TheOffice) -> Response:
    """The standard text again."""
    await edit_text(
        staff.company_id,
        key,
        None,
        by=staff.staff_id,
        desk=office.post.desks.reading,
        now=office.post.clock(),
    )
    return RedirectResponse(f"{PATH}/{key}", 303)


@router.get(f"{PATH}/{{key}}/preview")
async def preview_saved(key: str, staff: Owner, office: TheOffice) -> HTMLResponse:
    """The text as it is, around an invented inspection."""
    changed = await office.post.desks.reading.texts.changed(staff.company_id)
    return await _preview(office, staff, key, changed.get(key, _standard(key).words), "light")


@router.post(f"{PATH}/{{key}}/preview")
async def preview_typed(
    key: str,
    staff: Owner,
    office: TheOffice,
    *,
    subject: Typed = "",
    body: Typed = "",
    theme: Annotated[str, Form(pattern="^(light|dark)$")] = "light",
) -> HTMLResponse:
    """The text as typed."""
    _standard(key)
    words = Words(subject=subject, body=body.replace("\r\n", "\n"))
    return await _preview(office, staff, key, words, theme)


async def _preview(
    office: Office, staff: Staff, key: str, words: Words, theme: str
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    if company is None:
        raise UnavailableError("Your company's details have not arrived yet")
    situation = sample_situation(key, company)
    post = office.post
    kept = typeset(sample_mail(key, words), situation, words, post.typesetter, post.public_url)
    return HTMLResponse(seen_in(theme, kept.html), headers=PREVIEW_HEADERS)


def _standard(key: str) -> StandardText:
    if key not in BY_KEY:
        raise TextNotFoundError
    return BY_KEY[key]


async def _edit_page(
    request: Request,
    office: Office,
    staff: Staff,
    standard: StandardText,
    form: ui.Form,
    *,
    own: bool,
    status: int = 200,
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request,
        "settings_text.html",
        status,
        shell=shell(staff, company, "settings"),
        text=standard,
        form=form,
        own=own,
        tags=TAGS,
    )
