"""Share Details and Resend: staff write, see exactly what will go out, send."""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.notifications.domain.mail import Mail, Words
from services.notifications.domain.merge_tags import TAGS, MissingSignAndPayError
from services.notifications.domain.recipients import is_client
from services.notifications.domain.refusals import InspectionNotFoundError
from services.notifications.domain.standard_texts import BY_KEY
from services.notifications.entrypoints.office import Office, Reader, TheOffice, Writer, shell
from services.notifications.usecases.preview_letter import preview_letter
from services.notifications.usecases.resend_payment_link import resend_payment_link
from services.notifications.usecases.share_details import (
    ShareDetails,
    share_details,
    shared_mail,
)
from shared import ui
from shared.contracts.scheduling import Inspection
from shared.idempotency import fingerprint
from shared.identity import Staff
from shared.problems import RefusalError
from shared.ui.events import EMAILS_CHANGED, trigger
from shared.ui.mails import PREVIEW_HEADERS, seen_in
from shared.webapp import page

DOUBLE_CLICK_SECONDS = 10
"""A form without a key that is sent again within these is the same click."""
SHARE = "/staff/notifications/inspections/{inspection_id}/share"
FIELD_OF = {
    "bad_recipient": "recipient",
    "missing_sign_and_pay": "body",
    "unknown_merge_tag": "body",
}
Typed = Annotated[str, Form(max_length=40_000)]
router = APIRouter(include_in_schema=False)


@router.get(SHARE)
async def share_form(
    request: Request, inspection_id: str, staff: Writer, office: TheOffice, to: str = ""
) -> HTMLResponse:
    """The form with the company's own text in it."""
    changed = await office.post.desks.reading.texts.changed(staff.company_id)
    words = changed.get("share_details", BY_KEY["share_details"].words)
    inspection = await _inspection(office, staff, inspection_id)
    clients = [person.email for person in inspection.people if person.role == "client"]
    first = to or (clients[0] if clients else "")
    form = ui.Form({"recipient": first, "subject": words.subject, "body": words.body})
    return await _form_page(request, office, staff, inspection, form, key=uuid4().hex)


@router.post(SHARE)
async def share(
    request: Request,
    *,
    inspection_id: str,
    staff: Writer,
    office: TheOffice,
    idempotency_key: Annotated[str, Form(min_length=8, max_length=100)],
    recipient: Typed = "",
    subject: Typed = "",
    body: Typed = "",
    force: Annotated[bool, Form()] = False,
) -> Response:
    """`Send Email`."""
    command = ShareDetails(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        recipient=recipient,
        words=Words(subject=subject, body=_unix(body)),
        key=fingerprint([idempotency_key, recipient, subject, body]),  # changed and sent again: two
        by=staff.name,
        force=force,
    )
    try:
        await share_details(command, desks=office.post.desks, now=office.post.clock())
    except InspectionNotFoundError:
        raise
    except RefusalError as refusal:
        form = ui.Form({"recipient": recipient, "subject": subject, "body": body})
        form.refuse(_field(refusal), refusal.detail)
        inspection = await _inspection(office, staff, inspection_id)
        return await _form_page(
            request, office, staff, inspection, form, key=idempotency_key, refusal=refusal
        )
    return _done(request, inspection_id, "inspection")


@router.get(f"{SHARE}/preview")
async def share_preview_standard(
    inspection_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """The text the form starts with."""
    changed = await office.post.desks.reading.texts.changed(staff.company_id)
    command = ShareDetails(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        recipient="",
        words=changed.get("share_details", BY_KEY["share_details"].words),
        key="preview",
        by=staff.name,
    )
    return await letter_answer(office, shared_mail(command, office.post.clock()), "light")


@router.post(f"{SHARE}/preview")
async def share_preview(
    inspection_id: str,
    staff: Reader,
    office: TheOffice,
    *,
    recipient: Typed = "",
    subject: Typed = "",
    body: Typed = "",
    theme: Annotated[str, Form(pattern="^(light|dark)$")] = "light",
) -> HTMLResponse:
    """What the recipient would see, for the frame beside the form."""
    command = ShareDetails(
        company_id=staff.company_id,
        inspection_id=inspection_id,
        recipient=recipient,
        words=Words(subject=subject, body=_unix(body)),
        key="preview",
        by=staff.name,
    )
    return await letter_answer(office, shared_mail(command, office.post.clock()), theme)


@router.post("/staff/notifications/inspections/{inspection_id}/resend")
async def resend(
    request: Request,
    *,
    inspection_id: str,
    staff: Writer,
    office: TheOffice,
    idempotency_key: Annotated[str, Form(max_length=200)] = "",
    next_: Annotated[str, Form(alias="next", max_length=20)] = "inspection",
) -> Response:
    """`Resend` in Inspection Actions (R27)."""
    now = office.post.clock()
    click = f"{staff.staff_id}:{inspection_id}:{int(now.timestamp()) // DOUBLE_CLICK_SECONDS}"
    await resend_payment_link(
        staff.company_id,
        inspection_id,
        key=idempotency_key or click,
        by=staff.name,
        desks=office.post.desks,
        now=now,
    )
    return _done(request, inspection_id, next_)


async def letter_answer(office: Office, mail: Mail, theme: str) -> HTMLResponse:
    """A rendered mail under its own policy, to be framed."""
    kept = await preview_letter(
        mail,
        desk=office.post.desks.reading,
        typesetter=office.post.typesetter,
        public_url=office.post.public_url,
    )
    return HTMLResponse(seen_in(theme, kept.html), headers=PREVIEW_HEADERS)


async def _form_page(
    request: Request,
    office: Office,
    staff: Staff,
    inspection: Inspection,
    form: ui.Form,
    *,
    key: str,
    refusal: RefusalError | None = None,
) -> HTMLResponse:
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request,
        "share.html",
        refusal.status if refusal else 200,
        shell=shell(staff, company, "inspections"),
        inspection=inspection,
        form=form,
        key=key,
        tags=TAGS,
        clients=[person for person in inspection.people if person.role == "client"],
        others=[person for person in inspection.people if person.role != "client"],
        to_client=is_client(form.value("recipient"), inspection),
        trial=company.trial if company else False,
        offer_force=isinstance(refusal, MissingSignAndPayError),
    )


async def _inspection(office: Office, staff: Staff, inspection_id: str) -> Inspection:
    found = await office.post.desks.reading.views.inspection(staff.company_id, inspection_id)
    if found is None:
        raise InspectionNotFoundError
    return found


def _field(refusal: RefusalError) -> str:
    field = refusal.extra.get("field")
    return field if isinstance(field, str) else FIELD_OF.get(refusal.code, "recipient")


def _unix(text: str) -> str:
    """Browsers send CR LF; the texts are kept with LF alone."""
    return text.replace("\r\n", "\n")


def _done(request: Request, inspection_id: str, next_: str) -> Response:
    """Back to where the button was; a page that asked in the background stays."""
    if "hx-request" in request.headers:
        return Response(status_code=204, headers=trigger(EMAILS_CHANGED))
    pages = {"alerts": "/staff/notifications/alerts"}
    home = f"/staff/scheduling/inspections/{inspection_id}"
    return RedirectResponse(pages.get(next_, home), 303)
