"""Documents of our own records, both directions side by side; nobody else sees a dict."""

from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from services.notifications.domain.alert import Alert
from services.notifications.domain.mail import Mail
from shared.mongo import Document

MAIL = TypeAdapter(Mail)
ALERT = TypeAdapter(Alert)
MAIL_TIMES = ("queued_at", "not_before", "lease_until", "settled_at", "opened_at")
ALERT_TIMES = ("at", "done_at")


def mail_document(mail: Mail) -> Document:
    """Times that are compared stay times; everything else is JSON."""
    return {
        **MAIL.dump_python(mail, mode="json"),
        **{name: getattr(mail, name) for name in MAIL_TIMES},
        "_id": mail.mail_id,
        "address_key": mail.recipient.address.casefold(),
    }


def mail_from(document: Document) -> Mail:
    """The mail a document holds."""
    return MAIL.validate_python(_known(document, MAIL_FIELDS))


def alert_document(alert: Alert, seq: int) -> Document:
    """`waiting` is stored so that an index can count it."""
    return {
        **ALERT.dump_python(alert, mode="json"),
        **{name: getattr(alert, name) for name in ALERT_TIMES},
        "_id": alert.alert_id,
        "seq": seq,
        "waiting": alert.waiting,
    }


def alert_from(document: Document) -> Alert:
    """The alert a document holds."""
    return ALERT.validate_python(_known(document, ALERT_FIELDS))


def stored(at: datetime) -> datetime:
    """The moment as the database will give it back: whole milliseconds, UTC."""
    return at.astimezone(UTC).replace(microsecond=at.microsecond // 1000 * 1000)


def _known(document: Document, fields: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name in fields}


MAIL_FIELDS = frozenset(Mail.__dataclass_fields__)
ALERT_FIELDS = frozenset(Alert.__dataclass_fields__)
