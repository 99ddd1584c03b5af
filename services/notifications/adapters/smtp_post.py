"""Mail by SMTP: one connection per message, ten seconds at most, a circuit per host.

Only `EmailMessage` builds headers: it refuses line breaks of every kind, which the older classes
do not. One address, checked to be one, so that a typed comma cannot add recipients.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_LINES
from email.utils import format_datetime

import aiosmtplib
import structlog
from aiosmtplib import (
    SMTPAuthenticationError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from email_validator import EmailNotValidError, validate_email

from services.notifications.domain.circuit import Circuit
from services.notifications.domain.delivery import (
    Accepted,
    Outcome,
    Outgoing,
    RefusedForGood,
    TryLater,
)

TIMEOUT_SECONDS = 10.0
PERMANENT = 500
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed over, and as whom."""

    host: str
    port: int
    mail_from: str
    """One plain address; its domain also ends every Message-ID."""
    username: str = ""
    password: str = ""
    starttls: bool = False


class SmtpPost:
    """The mail server of this installation."""

    def __init__(self, server: SmtpServer, clock: Callable[[], datetime]) -> None:
        """Nothing is connected before a message is sent."""
        self._server = server
        self._clock = clock
        self._circuits: dict[str, Circuit] = {}

    async def send(self, message: Outgoing) -> Outcome:
        to = deliverable(message.to_address)
        if to is None:
            return RefusedForGood("not_an_address")
        host, now = self._server.host, self._clock()
        circuit = self._circuits.get(host, Circuit())
        if not circuit.allows(now):
            return TryLater("server_left_alone", asked=False, not_before=circuit.again_at(now))
        self._circuits[host] = circuit.trying(now)
        outcome, answered = await self._hand_over(compose_message(message, to, self._server, now))
        circuit = self._circuits[host]
        after = circuit.succeeded() if answered else circuit.failed(self._clock())
        self._circuits[host] = after
        return outcome

    async def _hand_over(self, message: EmailMessage) -> tuple[Outcome, bool]:
        server = self._server
        try:
            await aiosmtplib.send(
                message,
                hostname=server.host,
                port=server.port,
                username=server.username or None,
                password=server.password or None,
                start_tls=server.starttls,
                timeout=TIMEOUT_SECONDS,
            )
        except SMTPRecipientsRefused as refused:
            return _answer(refused.recipients[0].code, refused.recipients[0].message), True
        except (SMTPAuthenticationError, SMTPSenderRefused) as error:
            # Our own settings, not this recipient: the mail waits until somebody corrects them.
            log.exception("the mail server does not accept us", code=error.code)
            return TryLater(f"smtp_{error.code}", asked=True), True
        except SMTPResponseException as error:
            return _answer(error.code, error.message), True
        except (SMTPException, OSError, TimeoutError) as error:
            return TryLater(f"unreachable: {type(error).__name__}", asked=True), False
        return Accepted(), True


def _answer(code: int, text: str) -> Outcome:
    reason = f"{code} {' '.join(str(text).split())}"[:200]
    return RefusedForGood(reason) if code >= PERMANENT else TryLater(reason, asked=True)


def deliverable(address: str) -> str | None:
    """The address in the form SMTP takes, or None when it is not exactly one address."""
    try:
        checked = validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return checked.ascii_email  # None when only servers with SMTPUTF8 could take it


def compose_message(message: Outgoing, to: str, server: SmtpServer, now: datetime) -> EmailMessage:
    """The message with a Message-ID that a second try has again."""
    mail = EmailMessage(policy=SMTP_LINES)
    domain = server.mail_from.rpartition("@")[2]
    mail["From"] = _named(message.from_name, server.mail_from)
    mail["To"] = _named(message.to_name, to)
    reply_to = deliverable(message.reply_to) if message.reply_to else None
    headers: Mapping[str, object] = {
        "Reply-To": reply_to,
        "Subject": _one_line(message.subject),
        "Date": format_datetime(now),
        "Message-ID": f"<{message.mail_id}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    for name, value in headers.items():
        if value:
            mail[name] = value
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    if message.calendar is not None:
        mail.add_attachment(
            message.calendar.content,
            maintype="text",
            subtype="calendar",
            filename="inspection.ics",
            params={"method": message.calendar.method},
        )
    return mail


def _named(name: str, address: str) -> Address:
    return Address(display_name=_one_line(name), addr_spec=address)


def _one_line(text: str) -> str:
    """A name or subject without control characters: EmailMessage would refuse the whole mail."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
