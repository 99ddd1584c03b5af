"""A message on its way to the mail server, and what the server may say to it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class CalendarFile:
    """An appointment for the recipient's calendar; `method` also stands in the mail (RFC 6047)."""

    method: str
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """One message for the mail server."""

    mail_id: str
    to_name: str
    to_address: str
    from_name: str
    reply_to: str
    subject: str
    html: str
    text: str
    calendar: CalendarFile | None = None


@dataclass(frozen=True)
class Accepted:
    """The server took responsibility."""


@dataclass(frozen=True)
class RefusedForGood:
    """It will never be accepted."""

    reason: str


@dataclass(frozen=True)
class TryLater:
    """Not now. `asked` is false when the server was left alone or not reached."""

    reason: str
    asked: bool
    not_before: datetime | None = None


Outcome = Accepted | RefusedForGood | TryLater
