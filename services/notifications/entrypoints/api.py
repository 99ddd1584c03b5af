"""The same for programs: JSON under /api/notifications/v1."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.notifications.domain.alert import Alert
from services.notifications.domain.mail import Mail, MailKind, MailState, Words
from services.notifications.domain.refusals import MailNotFoundError
from services.notifications.entrypoints.alert_views import Show, wanted
from services.notifications.entrypoints.office import ApiReader, ApiWriter, TheOffice
from services.notifications.usecases.finish_alert import finish_alert
from services.notifications.usecases.ports import MailFilter
from services.notifications.usecases.resend_payment_link import resend_payment_link
from services.notifications.usecases.share_details import ShareDetails, share_details
from shared.idempotency import IdempotencyKey
from shared.identity import ApiClient, Staff
from shared.problem_answers import responses

PAGE_MAX = 100
Caller = Annotated[Staff | ApiClient, ApiReader]
Sender = Annotated[Staff | ApiClient, ApiWriter]
router = APIRouter(prefix="/api/notifications/v1", tags=["notifications"])


class Strict(BaseModel):
    """A request; anything we do not know is refused."""

    model_config = ConfigDict(extra="forbid")


class ShareRequest(Strict):
    """A message to an address of your choice, with the `Sign & Pay` button in its body."""

    recipient: str = Field(examples=["ellen@example.com"], max_length=254)
    subject: str = Field(examples=["Inspection details"], max_length=200)
    body: str = Field(examples=["Hello,\n\n{{ sign_and_pay }}"], max_length=20_000)
    force: bool = False
    """Send although the button is missing."""


class MailAnswer(BaseModel):
    """One mail of the log."""

    mail_id: str
    kind: MailKind
    state: MailState
    reason: str
    recipient: str
    recipient_name: str
    subject: str
    inspection_id: str | None
    queued_at: AwareDatetime
    settled_at: AwareDatetime | None
    opened_at: AwareDatetime | None
    attempts: int


class MailPage(BaseModel):
    """Mails, newest first; pass `next_cursor` as `cursor` for more."""

    items: list[MailAnswer]
    next_cursor: str | None


class AlertAnswer(BaseModel):
    """One alert of the feed."""

    alert_id: str
    seq: int
    kind: str
    category: str
    level: str
    text: str
    detail: str
    inspection_id: str | None
    href: str
    assigned_to: list[str]
    """Staff ids; empty: unassigned."""
    amount_cents: int | None
    at: AwareDatetime
    waiting: bool
    done_at: AwareDatetime | None


class AlertPage(BaseModel):
    """Alerts, newest first; pass `next_cursor` as `cursor` for more."""

    items: list[AlertAnswer]
    next_cursor: str | None


def _mail(mail: Mail) -> MailAnswer:
    return MailAnswer(
        mail_id=mail.mail_id,
        kind=mail.kind,
        state=mail.state,
        reason=mail.reason,
        recipient=mail.recipient.address,
        recipient_name=mail.recipient.name,
        subject=mail.subject,
        inspection_id=mail.inspection_id,
        queued_at=mail.queued_at,
        settled_at=mail.settled_at,
        opened_at=mail.opened_at,
        attempts=mail.attempts,
    )


def _alert(alert: Alert, seq: int) -> AlertAnswer:
    known: dict[str, Any] = {
        name: getattr(alert, name) for name in AlertAnswer.model_fields if name != "seq"
    }
    return AlertAnswer(seq=seq, **known)


def name_of(caller: Staff | ApiClient) -> str:
    """Who it was, for the records."""
    return caller.name if isinstance(caller, Staff) else f"API key {caller.key_id}"


@router.get("/mails", responses=responses(401, 403, 422))
async def list_mails(
    caller: Caller,
    office: TheOffice,
    *,
    state: MailState | None = None,
    kind: MailKind | None = None,
    inspection_id: str = "",
    cursor: datetime | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> MailPage:
    """The mail log."""
    asked = MailFilter(state=state or "", kind=kind or "", inspection_id=inspection_id)
    mails = office.post.desks.reading.mails
    found = await mails.page(caller.company_id, asked, before=cursor, limit=limit + 1)
    return MailPage(
        items=[_mail(mail) for mail in found[:limit]],
        next_cursor=found[limit - 1].queued_at.isoformat() if len(found) > limit else None,
    )


@router.get("/mails/{mail_id}", responses=responses(401, 403, 404))
async def read_mail(mail_id: str, caller: Caller, office: TheOffice) -> MailAnswer:
    """One mail."""
    mail = await office.post.desks.reading.mails.mail(caller.company_id, mail_id)
    if mail is None:
        raise MailNotFoundError
    return _mail(mail)


@router.get("/alerts", responses=responses(401, 403, 422))
async def list_alerts(
    caller: Caller,
    office: TheOffice,
    *,
    show: Show = "all",
    inspection_id: str = "",
    cursor: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> AlertPage:
    """The alert feed."""
    owner = isinstance(caller, Staff) and caller.role == "owner"
    asked = wanted(
        show,
        with_platform=owner,
        staff_id=caller.staff_id if isinstance(caller, Staff) else caller.key_id,
        inspection_id=inspection_id,
    )
    feed = office.post.desks.reading.feed
    found = await feed.alerts(caller.company_id, asked, before_seq=cursor, limit=limit + 1)
    return AlertPage(
        items=[_alert(item.alert, item.seq) for item in found[:limit] if item.alert],
        next_cursor=str(found[limit - 1].seq) if len(found) > limit else None,
    )


@router.post("/alerts/{alert_id}/done", status_code=204, responses=responses(401, 403, 404))
async def mark_alert_done(alert_id: str, caller: Sender, office: TheOffice) -> None:
    """Somebody took care of it."""
    await finish_alert(
        caller.company_id,
        alert_id,
        by=name_of(caller),
        desks=office.post.desks,
        now=office.post.clock(),
    )


@router.post(
    "/inspections/{inspection_id}/share",
    status_code=202,
    responses=responses(401, 403, 404, 409, 422),
)
async def share(
    inspection_id: str,
    request: ShareRequest,
    caller: Sender,
    office: TheOffice,
    key: IdempotencyKey,
) -> MailAnswer:
    """Share Details: `missing_sign_and_pay` unless forced, `notifications_disabled` while off."""
    command = ShareDetails(
        company_id=caller.company_id,
        inspection_id=inspection_id,
        recipient=request.recipient,
        words=Words(subject=request.subject, body=request.body),
        key=key,
        by=name_of(caller),
        force=request.force,
    )
    return _mail(await share_details(command, desks=office.post.desks, now=office.post.clock()))


@router.post(
    "/inspections/{inspection_id}/resend",
    status_code=202,
    responses=responses(401, 403, 404, 409, 422),
)
async def resend(
    inspection_id: str, caller: Sender, office: TheOffice, key: IdempotencyKey
) -> list[MailAnswer]:
    """Send the clients a fresh payment link."""
    mails = await resend_payment_link(
        caller.company_id,
        inspection_id,
        key=key,
        by=name_of(caller),
        desks=office.post.desks,
        now=office.post.clock(),
    )
    return [_mail(mail) for mail in mails]
