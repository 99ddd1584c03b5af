"""A mail that came in: which ticket it means, and what of it is the message.

A reply address is `ticket+<secret>@<domain>`, a company's own one `tickets+<company id>@<domain>`.
Only the text counts: quoted history is cut, files are refused with a note.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.utils import getaddresses
from html.parser import HTMLParser

from services.portal.domain.tickets import SUBJECT_MAX, TEXT_MAX

MARKER = "Please type your answer above this line"
"""Everything from this line on is history."""
SIGNATURE_LIFETIME_SECONDS = 300
_ON_WROTE = re.compile(
    r"^(on|am|le|el)\b.{0,300}\b(wrote|schrieb|écrit|escribió)\s?:$", re.IGNORECASE
)
_HISTORY = re.compile(
    r"^(-{2,}\s*(original message|forwarded message)\b.*|_{20,}|from:\s.+@.+)$", re.IGNORECASE
)
_SUBJECT_PREFIX = re.compile(r"^((re|aw|fwd?|sv)\s*:\s*|\[T-\d+\]\s*)+", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class UnreadableMailError(ValueError):
    """The mail cannot be read, or says nothing; the message is the reason for the log."""


@dataclass(frozen=True, slots=True)
class InboundMail:
    """What of a mail matters."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    files: int
    """How many files were attached; they are not kept."""
    automatic: bool
    """An out-of-office note, a bounce or a list: answering it would never end."""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Hex HMAC-SHA256 over `<timestamp>.` and the raw mail."""
    signed = timestamp.encode() + b"." + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def reply_address(secret: str, domain: str) -> str:
    """Mail to it answers one ticket."""
    return f"ticket+{secret}@{domain}"


def company_address(company_id: str, domain: str) -> str:
    """Mail to it opens a ticket, if its sender is a customer of the company."""
    return f"tickets+{company_id}@{domain}"


def secret_from(token: str) -> str:
    """160 bits that survive a mail server which writes addresses in lower case."""
    return hashlib.sha256(token.encode()).hexdigest()[:40]


def addressed(mail: InboundMail, box: str, domain: str) -> str:
    """What stands behind the plus of the first recipient in this box of ours, or nothing."""
    for address in mail.recipients:
        local, _, where = address.lower().rpartition("@")
        name, plus, rest = local.partition("+")
        if where == domain.lower() and name == box and plus and rest:
            return rest
    return ""


def read_mail(raw: bytes) -> InboundMail:
    """Parse RFC 5322 bytes. Raises UnreadableMailError."""
    try:
        mail = message_from_bytes(raw, policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - what the policy gives
        return _read(mail)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError) as error:
        if isinstance(error, UnreadableMailError):
            raise
        raise UnreadableMailError("unreadable") from error


def _read(mail: EmailMessage) -> InboundMail:
    senders = _addresses(mail, "from")
    if len(senders) != 1:
        raise UnreadableMailError("not from exactly one person")
    message_id = str(mail.get("message-id", "")).strip()
    if not message_id:
        raise UnreadableMailError("without a Message-ID")
    kind = str(mail.get("auto-submitted", "no")).strip().lower()
    bulk = str(mail.get("precedence", "")).strip().lower() in {"bulk", "junk", "list", "auto_reply"}
    subject = " ".join(_SUBJECT_PREFIX.sub("", str(mail.get("subject", ""))).split())
    return InboundMail(
        message_id=message_id[:500],
        sender=senders[0],
        recipients=(
            *_addresses(mail, "to"),
            *_addresses(mail, "cc"),
            *_addresses(mail, "delivered-to"),
        ),
        subject=_CONTROL.sub("", subject)[:SUBJECT_MAX],
        text=_own_words(mail),
        files=len(list(mail.iter_attachments())) if mail.is_multipart() else 0,
        automatic=kind not in {"", "no"} or bulk,
    )


def _addresses(mail: Message, header: str) -> tuple[str, ...]:
    values = [str(value) for value in mail.get_all(header, [])]
    return tuple(address for _, address in getaddresses(values) if "@" in address)


def _own_words(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    if part is not None:
        text = str(part.get_content())
    else:
        html = mail.get_body(("html",))
        text = _as_text(str(html.get_content())) if html is not None else ""
    return without_history(text)[:TEXT_MAX]


def without_history(text: str) -> str:
    """The lines above the first sign of what was quoted, without quoted ones."""
    kept: list[str] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for place, line in enumerate(lines):
        bare = line.strip()
        wrapped = f"{bare} {lines[place + 1].strip()}" if place + 1 < len(lines) else bare
        if (
            MARKER in bare
            or _HISTORY.match(bare)
            or _ON_WROTE.match(bare)
            or _ON_WROTE.match(wrapped)
        ):
            break
        if not bare.startswith(">"):
            kept.append(_CONTROL.sub("", line.rstrip()))
    return _BLANK_LINES.sub("\n\n", "\n".join(kept)).strip()


class _Words(HTMLParser):
    """The words of an HTML mail that has no text part."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as called
        """Blocks begin on a line of their own; a quotation is marked as one."""
        if tag in {"script", "style", "head", "blockquote"}:
            self._hidden += 1
        if tag in {"p", "div", "br", "li", "tr"}:
            self.said.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """What was hidden ends."""
        if tag in {"script", "style", "head", "blockquote"}:
            self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data: str) -> None:
        """Words that are shown."""
        if not self._hidden:
            self.said.append(data)


def _as_text(html: str) -> str:
    words = _Words()
    words.feed(html)
    return "".join(words.said)
