"""Staff write to an address of their choice, with the button that opens the client portal."""

from dataclasses import dataclass
from datetime import datetime

from services.notifications.domain.mail import Audience, Mail, MailKind, Recipient, Words, mail_id
from services.notifications.domain.merge_tags import check_button, check_tags
from services.notifications.domain.refusals import (
    BadRecipientError,
    InspectionNotFoundError,
    NotificationsDisabledError,
    TrialAccountError,
)
from services.notifications.domain.sending import suppression
from services.notifications.usecases.ports import Desk, Desks
from shared.idempotency import IdempotencyKeyReusedError
from shared.problems import InvalidError

SUBJECT_MAX = 200
BODY_MAX = 20_000


@dataclass(frozen=True, kw_only=True)
class ShareDetails:
    """What staff typed. `key` makes a repeated click one mail; `force` sends without the button."""

    company_id: str
    inspection_id: str
    recipient: str
    words: Words
    key: str
    by: str
    force: bool = False


async def share_details(command: ShareDetails, *, desks: Desks, now: datetime) -> Mail:
    """Queue the mail (R22-R26). Refuses what nobody should believe went out (C11, C13, R31).

    The same key again is the same mail; for another one it raises IdempotencyKeyReusedError.
    """
    check_words(command.words, force=command.force)
    if not is_one_address(command.recipient):
        raise BadRecipientError("Enter one email address, like name@example.com")
    mail = shared_mail(command, now)

    async def write(desk: Desk) -> Mail:
        known = await desk.mails.mail(mail.company_id, mail.mail_id)
        if known is not None:
            refuse_reused_key(known, mail)
            return known
        await check_may_send(mail, desk)
        await desk.mails.queue([mail])
        return mail

    return await desks.together(write)


def shared_mail(command: ShareDetails, now: datetime) -> Mail:
    """The mail a command describes; also what the preview shows."""
    address = command.recipient.strip()
    return Mail(
        mail_id=mail_id(
            cause=f"{command.company_id}:{command.key}",
            kind=MailKind.SHARE_DETAILS,
            address="",
        ),
        company_id=command.company_id,
        kind=MailKind.SHARE_DETAILS,
        recipient=Recipient(name="", address=address, audience=Audience.GUEST),
        inspection_id=command.inspection_id,
        words=command.words,
        requested_by=command.by,
        queued_at=now,
        not_before=now,
    )


def refuse_reused_key(known: Mail, wanted: Mail) -> None:
    """Nobody may believe that a second, different message went out under the first one's key."""
    same = [(m.inspection_id, m.recipient.address, m.words) for m in (known, wanted)]
    if same[0] != same[1]:
        raise IdempotencyKeyReusedError


async def check_may_send(mail: Mail, desk: Desk) -> None:
    """Refuse an explicit send that would be suppressed, so that nobody believes it went out."""
    situation = await desk.views.situation(mail.company_id, mail.inspection_id, None)
    if situation.inspection is None:
        raise InspectionNotFoundError
    if suppression(mail, situation) == "trial_account":
        raise TrialAccountError
    if situation.inspection.notifications_disabled:
        raise NotificationsDisabledError


def check_words(words: Words, *, force: bool) -> None:
    """Refuse unknown tags, an empty or endless text, and a body without its button (C11)."""
    check_length(words)
    check_tags(words.subject, words.body)
    check_button(words.body, force=force)


def check_length(words: Words) -> None:
    """Refuse an empty or endless subject or body."""
    if not words.subject.strip() or len(words.subject) > SUBJECT_MAX:
        raise InvalidError(f"Enter a subject of at most {SUBJECT_MAX} characters", field="subject")
    if not words.body.strip() or len(words.body) > BODY_MAX:
        raise InvalidError(f"Enter a message of at most {BODY_MAX:,} characters", field="body")


def is_one_address(text: str) -> bool:
    """Whether this looks like one address and nothing else; the sender checks it thoroughly."""
    local, at, domain = text.strip().partition("@")
    plain = not any(c in ',;<>"()[]\\' or c.isspace() or not c.isprintable() for c in text.strip())
    return bool(at and local and "." in domain and "@" not in domain and plain)
