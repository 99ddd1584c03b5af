"""Mails as they came in, and what can be read out of them."""

import json
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from deploy.sandbox.state.store import Store

LISTED_MAX = 200


@dataclass(frozen=True)
class Mail:
    """One mail of the inbox."""

    id: int
    at: int
    sender: str
    recipients: list[str]
    subject: str
    raw: bytes

    def message(self) -> EmailMessage:
        """Give the parsed mail."""
        parsed = message_from_bytes(self.raw, policy=policy.default)
        if not isinstance(parsed, EmailMessage):
            raise TypeError
        return parsed

    def part(self, subtype: str) -> str | None:
        """Give the text of the `html` or `plain` body, None when there is none."""
        found = self.message().get_body((subtype,))
        return None if found is None else str(found.get_content())

    def attachments(self) -> list[EmailMessage]:
        """Give the attached files in order."""
        return [
            part for part in self.message().iter_attachments() if isinstance(part, EmailMessage)
        ]


def keep(store: Store, sender: str, recipients: list[str], raw: bytes) -> None:
    """Store a mail as it came in."""
    parsed = message_from_bytes(raw, policy=policy.default)
    lowered = [recipient.lower() for recipient in recipients]
    store.db.execute(
        "INSERT INTO mails (at, sender, recipients, subject, raw) VALUES (?, ?, ?, ?, ?)",
        (int(time.time()), sender, json.dumps(lowered), str(parsed["subject"] or ""), raw),
    )


def newest(store: Store, to: str = "", limit: int = LISTED_MAX) -> list[Mail]:
    """List mails newest first, those to addresses containing `to`."""
    rows = store.db.execute(
        "SELECT * FROM mails WHERE instr(recipients, ?) ORDER BY id DESC LIMIT ?",
        (to.strip().lower(), limit),
    )
    return [_mail(row) for row in rows]


def one(store: Store, mail_id: int) -> Mail | None:
    """Give one mail."""
    row = store.db.execute("SELECT * FROM mails WHERE id = ?", (mail_id,)).fetchone()
    return None if row is None else _mail(row)


def _mail(row: Any) -> Mail:
    return Mail(**{**dict(row), "recipients": json.loads(row["recipients"])})


def as_json(mail: Mail) -> dict[str, Any]:
    """Describe a mail for a test: envelope, headers, both bodies, names of files."""
    message = mail.message()
    return {
        "id": mail.id,
        "at": mail.at,
        "sender": mail.sender,
        "to": mail.recipients,
        "subject": mail.subject,
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": mail.part("plain"),
        "html": mail.part("html"),
        "attachments": [
            {
                "filename": part.get_filename(),
                "content_type": part.get_content_type(),
                "size": len(part.get_content()),
            }
            for part in mail.attachments()
        ],
    }
