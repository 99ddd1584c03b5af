"""What was mailed: the box of an inspection, the log, one mail."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.notifications.domain.mail import MailKind
from services.notifications.domain.refusals import InspectionNotFoundError, MailNotFoundError
from services.notifications.entrypoints.email_views import (
    activity,
    audience_in_words,
    mail_row,
    title,
)
from services.notifications.entrypoints.office import Office, Reader, TheOffice, shell, zone_of
from services.notifications.usecases.ports import MailFilter
from shared.contracts.scheduling import Inspection
from shared.identity import Staff
from shared.ui.mails import PREVIEW_HEADERS, seen_in
from shared.webapp import page

BOX_ROWS = 12
PAGE_ROWS = 200
LOG_PAGE = 50
STATES = (
    ("", "Every state"),
    ("sent", "Delivered"),
    ("waiting", "Waiting"),
    ("retrying", "Retrying"),
    ("bounced", "Bounced"),
    ("suppressed", "Suppressed"),
    ("skipped", "Skipped"),
)
router = APIRouter(include_in_schema=False)


@router.get("/notifications/fragments/inspections/{inspection_id}/emails")
async def emails_box(
    request: Request, inspection_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """The Emails & activity box of the inspection page; one that waits, until the booking is known.

    A page opened the moment after booking is ahead of the event that tells of it.
    """
    try:
        context = await _activity(office, staff, inspection_id, BOX_ROWS)
    except InspectionNotFoundError:
        return page(request, "emails_box_waiting.html", inspection_id=inspection_id)
    return page(request, "emails_box.html", **context)


@router.get("/staff/notifications/inspections/{inspection_id}/emails")
async def emails(
    request: Request, inspection_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """The same as a page, with everything there is."""
    context = await _activity(office, staff, inspection_id, PAGE_ROWS)
    company = await office.post.desks.reading.views.company(staff.company_id)
    return page(
        request, "emails.html", shell=shell(staff, company, "inspections"), whole=True, **context
    )


@router.get("/staff/notifications/mail")
async def log(
    request: Request,
    *,
    staff: Reader,
    office: TheOffice,
    state: str = "",
    kind: str = "",
    address: str = "",
    before: datetime | None = None,
) -> HTMLResponse:
    """Every mail of the company, newest first."""
    known_states = {key for key, _label in STATES}
    wanted = MailFilter(
        state=state if state in known_states else "",
        kind=kind if kind in set(MailKind) else "",
        address=address,
    )
    desk = office.post.desks.reading
    found = await desk.mails.page(staff.company_id, wanted, before=before, limit=LOG_PAGE + 1)
    shown = found[:LOG_PAGE]
    return page(
        request,
        "mail_log.html",
        shell=shell(staff, await desk.views.company(staff.company_id), "alerts"),
        rows=[(mail, mail_row(mail)) for mail in shown],
        wanted=wanted,
        states=STATES,
        kinds=[("", "Every kind"), *((str(kind), _kind_name(kind)) for kind in MailKind)],
        older=shown[-1].queued_at if len(found) > LOG_PAGE else None,
        zone=await zone_of(office, staff.company_id),
    )


@router.get("/staff/notifications/mail/{mail_id}")
async def one_mail(
    request: Request, mail_id: str, staff: Reader, office: TheOffice
) -> HTMLResponse:
    """What became of one mail, and how it looked."""
    desk = office.post.desks.reading
    mail = await desk.mails.mail(staff.company_id, mail_id)
    if mail is None:
        raise MailNotFoundError
    return page(
        request,
        "mail.page.html",
        shell=shell(staff, await desk.views.company(staff.company_id), "alerts"),
        mail=mail,
        row=mail_row(mail),
        title=title(mail),
        audience=audience_in_words(mail),
        letter=await desk.mails.letter(staff.company_id, mail_id),
        zone=await zone_of(office, staff.company_id),
    )


@router.get("/staff/notifications/mail/{mail_id}/letter")
async def letter(
    mail_id: str,
    staff: Reader,
    office: TheOffice,
    theme: Annotated[str, Query(pattern="^(light|dark)$")] = "light",
) -> HTMLResponse:
    """The mail itself, its link hidden, for a frame."""
    kept = await office.post.desks.reading.mails.letter(staff.company_id, mail_id)
    if kept is None:
        raise MailNotFoundError
    return HTMLResponse(seen_in(theme, kept.html), headers=PREVIEW_HEADERS)


async def _activity(
    office: Office, staff: Staff, inspection_id: str, limit: int
) -> dict[str, object]:
    desk = office.post.desks.reading
    inspection = await desk.views.inspection(staff.company_id, inspection_id)
    mails = await desk.mails.of_inspection(staff.company_id, inspection_id)
    if inspection is None and not mails:
        raise InspectionNotFoundError
    alerts = await desk.feed.about_inspection(staff.company_id, inspection_id)
    company = await desk.views.company(staff.company_id)
    return {
        "rows": activity(mails, alerts, limit),
        "inspection": inspection,
        "inspection_id": inspection_id,
        "trial": company.trial if company else False,
        "zone": await _zone(office, staff, inspection),
        "latest": await desk.feed.latest_seq(staff.company_id),
    }


async def _zone(office: Office, staff: Staff, inspection: Inspection | None) -> str:
    return inspection.time_zone if inspection else await zone_of(office, staff.company_id)


def _kind_name(kind: MailKind) -> str:
    return str(kind).replace("_", " ").capitalize()
