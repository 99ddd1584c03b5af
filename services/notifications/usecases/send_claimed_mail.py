"""Bring one claimed mail to its end, or put it back for later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.composing import (
    Opens,
    compose,
    full_name,
    link_scope,
    what_it_opens,
)
from services.notifications.domain.delivery import (
    Accepted,
    Outgoing,
    RefusedForGood,
    TryLater,
)
from services.notifications.domain.letter import Letter, hidden_link
from services.notifications.domain.mail import Mail, MailKind, MailState
from services.notifications.domain.merge_tags import ButtonHere
from services.notifications.domain.sending import (
    Hold,
    Skip,
    Suppress,
    retry_delay,
    verdict,
    worth_another_try,
)
from services.notifications.domain.situation import Situation
from services.notifications.usecases.choose_words import choose_words
from services.notifications.usecases.notice_event import suppressed_event
from services.notifications.usecases.ports import Desk, Desks, KeptLetter
from services.notifications.usecases.ports_outside import (
    CalendarFiles,
    Links,
    LinkUnavailableError,
    Post,
    Typesetter,
)
from shared.contracts.event import Event
from shared.contracts.notifications import EmailBouncedV1, EmailDeliveredV1
from shared.crash_points import crash_point

LINK_PAUSE = timedelta(seconds=5)
WITH_CALENDAR = frozenset({MailKind.CONFIRMATION, MailKind.RESCHEDULED, MailKind.CANCELLED})
PLACEHOLDER = ""


@dataclass(frozen=True, kw_only=True)
class PostOffice:
    """Everything a sender works with."""

    desks: Desks
    links: Links
    typesetter: Typesetter
    calendars: CalendarFiles
    post: Post
    public_url: str
    clock: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class _Result:
    mail: Mail
    kept: KeptLetter | None = None


async def send_claimed_mail(mail: Mail, office: PostOffice) -> Mail:
    """Decide, mint the link, render, send, write down what happened; return the mail as it is now.

    A crash between the server's acceptance and our note sends this one mail once more, with the
    same Message-ID.
    """
    crash_point("notifications.claimed-not-sent")
    now = office.clock()
    situation = await office.desks.reading.views.situation(
        mail.company_id, mail.inspection_id, mail.invoice_id, mail.account_id
    )
    match verdict(mail, situation, now):
        case Hold(until, reason):
            result = _Result(mail=_put_back(mail, until, reason))
        case Skip(reason):
            result = _Result(mail=mail.moved(MailState.SKIPPED, at=now, reason=reason))
        case Suppress(reason):
            result = _Result(mail=mail.suppressed(reason, at=now))
        case _:
            result = await _send(mail, situation, office)
    await office.desks.together(lambda desk: _write_down(result, desk))
    return result.mail


async def _send(mail: Mail, situation: Situation, office: PostOffice) -> _Result:
    words = await choose_words(mail, situation, office.desks.reading.texts)
    letter = compose(mail, situation, words, PLACEHOLDER)
    scope = link_scope(mail, situation)
    try:
        url = await _address(scope, mail, situation, office) if wants_link(letter) else ""
    except LinkUnavailableError:
        until = office.clock() + LINK_PAUSE
        return _Result(mail=_put_back(mail, until, "link_unavailable"))
    outcome = await office.post.send(_outgoing(mail, situation, letter.with_link(url), office))
    crash_point("notifications.sent-not-marked")
    now = office.clock()
    match outcome:
        case Accepted():
            hidden = letter.with_link(hidden_link(office.public_url, scope or "inspection"))
            kept = KeptLetter(
                subject=letter.subject,
                html=office.typesetter.html(hidden),
                text=office.typesetter.text(hidden),
            )
            return _Result(mail=mail.moved(MailState.SENT, at=now), kept=kept)
        case RefusedForGood(reason):
            return _Result(mail=mail.moved(MailState.BOUNCED, at=now, reason=reason))
        case TryLater():
            return _Result(mail=_after_refusal(mail, outcome, now))


async def _address(
    scope: Opens | None, mail: Mail, situation: Situation, office: PostOffice
) -> str:
    """Where the button leads: a fresh link of the reader's own, or our pages for staff."""
    if scope is None or scope == "staff":
        return hidden_link(office.public_url, scope) if scope else ""
    minted = await office.links.mint(
        company_id=mail.company_id,
        scope=scope,
        about=what_it_opens(scope, mail, situation),
        recipient=mail.recipient.address,
        purpose=mail.kind,
    )
    await office.desks.reading.mails.note_link(mail, minted.link_id)
    return minted.url


def wants_link(letter: Letter) -> bool:
    """Whether the letter has a place for the button; without one no link is minted."""
    return any(isinstance(block, ButtonHere) for block in letter.blocks)


def _outgoing(mail: Mail, situation: Situation, letter: Letter, office: PostOffice) -> Outgoing:
    company, inspection = situation.company, situation.inspection
    calendar = None
    if company is not None and inspection is not None and mail.kind in WITH_CALENDAR:
        calendar = office.calendars.invitation(inspection, company, mail.recipient, office.clock())
    return Outgoing(
        mail_id=mail.mail_id,
        to_name=mail.recipient.name,
        to_address=mail.recipient.address,
        from_name=full_name(company) if company else "",
        reply_to=mail.reply_to or (company.email if company else ""),
        subject=letter.subject,
        html=office.typesetter.html(letter),
        text=office.typesetter.text(letter),
        calendar=calendar,
    )


def _put_back(mail: Mail, until: datetime, reason: str) -> Mail:
    return mail.postponed(until, reason=reason, counts=False)


def _after_refusal(mail: Mail, outcome: TryLater, now: datetime) -> Mail:
    if not worth_another_try(mail, now):
        return mail.moved(MailState.BOUNCED, at=now, reason=f"gave up: {outcome.reason}")
    until = outcome.not_before or now + retry_delay(mail.attempts)
    return mail.postponed(until, reason=outcome.reason, counts=outcome.asked)


async def _write_down(result: _Result, desk: Desk) -> None:
    mail = result.mail
    if await desk.mails.update(mail, result.kept):
        await desk.tell(_told(mail))


def _told(mail: Mail) -> list[Event]:
    if mail.settled_at is None:
        return []
    fact = {
        "company_id": mail.company_id,
        "mail_id": mail.mail_id,
        "inspection_id": mail.inspection_id,
        "kind": str(mail.kind),
        "at": mail.settled_at,
    }
    match mail.state:
        case MailState.SENT:
            return [EmailDeliveredV1.model_validate(fact)]
        case MailState.BOUNCED:
            return [EmailBouncedV1.model_validate({**fact, "reason": mail.reason})]
        case MailState.SUPPRESSED:
            return [suppressed_event(mail, mail.settled_at)]
        case _:
            return []
