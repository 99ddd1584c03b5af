"""Alerts as mail to the staff they are assigned to, each as he or she prefers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.notifications.domain.alert import Alert
from services.notifications.domain.mail import (
    Audience,
    Mail,
    MailKind,
    Recipient,
    Words,
    mail_id,
)
from services.notifications.domain.merge_tags import BUTTON_MARK
from services.notifications.domain.quiet_hours import NO_QUIET_HOURS, QuietHours
from services.notifications.domain.wording import clock, day, local_day
from shared.contracts.scheduling import StaffMember

DIGEST_HOUR = time(8)
SHOWN_MAX = 50


class MailMode(StrEnum):
    """How somebody wants to hear of alerts outside the pages."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True)
class StaffPreference:
    """One person's own choice. Times are on the company's clock."""

    staff_id: str
    mode: MailMode = MailMode.AT_ONCE
    quiet: QuietHours = field(default=NO_QUIET_HOURS)
    digested_until: datetime | None = None
    """Alerts up to here have been in a digest."""


def alert_mail(
    alert: Alert, member: StaffMember, preference: StaffPreference, *, zone: str, now: datetime
) -> Mail | None:
    """The mail that tells one person of one alert, or None when he wants none at once."""
    if preference.mode is not MailMode.AT_ONCE:
        return None
    return _mail(
        MailKind.STAFF_ALERT,
        member,
        cause=alert.alert_id,
        company_id=alert.company_id,
        words=Words(
            subject=plain(alert.text),
            body="\n\n".join(plain(part) for part in (alert.text, alert.detail) if part)
            + f"\n\n{BUTTON_MARK}",
        ),
        now=now,
        not_before=preference.quiet.over_at(now, zone),
    )


def digest_due(preference: StaffPreference, *, zone: str, now: datetime) -> datetime | None:
    """The moment of today's digest once it has come and has not been dealt with."""
    local = now.astimezone(ZoneInfo(zone))
    moment = datetime.combine(local.date(), DIGEST_HOUR, ZoneInfo(zone)).astimezone(UTC)
    if preference.mode is not MailMode.DAILY or now < moment:
        return None
    dealt_with = preference.digested_until is not None and preference.digested_until >= moment
    return None if dealt_with else moment


def digest_mail(
    alerts: Sequence[Alert], member: StaffMember, company_id: str, *, zone: str, moment: datetime
) -> Mail:
    """One mail with everything since the last one, newest first; its id is the day's."""
    on = local_day(moment, zone)
    lines = [
        f"{day(local_day(a.at, zone))}, {clock(a.at, zone)}: {plain(a.text)}"
        for a in alerts[:SHOWN_MAX]
    ]
    left = len(alerts) - SHOWN_MAX
    more = [f"And {left} more on the Alerts page"] if left > 0 else []
    count = f"{len(alerts)} alert{'' if len(alerts) == 1 else 's'}"
    return _mail(
        MailKind.STAFF_DIGEST,
        member,
        cause=f"digest:{company_id}:{member.staff_id}:{on.isoformat()}",
        company_id=company_id,
        words=Words(subject=f"{count} for you", body="\n\n".join([*lines, *more, BUTTON_MARK])),
        now=moment,
        not_before=moment,
    )


def plain(text: str) -> str:
    """Words of others inside a text of ours: never read as a merge tag."""
    return text.replace("{{", "{ {").replace("}}", "} }")


def _mail(
    kind: MailKind,
    member: StaffMember,
    *,
    cause: str,
    company_id: str,
    words: Words,
    now: datetime,
    not_before: datetime,
) -> Mail:
    return Mail(
        mail_id=mail_id(cause=cause, kind=kind, address=member.staff_id),
        company_id=company_id,
        kind=kind,
        recipient=Recipient(
            name=member.name, address=member.email.strip(), audience=Audience.STAFF
        ),
        inspection_id=None,
        words=words,
        queued_at=now,
        not_before=not_before,
    )
