"""A reader's answer to a mail of the inbox, handed over as a mail provider would."""

import hashlib
import hmac
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

import httpx

from deploy.sandbox.mailbox.mails import Mail
from deploy.sandbox.settings import SandboxSettings

PATIENCE_SECONDS = 10.0


def reply_address(mail: Mail) -> str:
    """Where an answer goes: the mail says so itself, or to its sender."""
    message = mail.message()
    return str(message["reply-to"] or message["from"] or mail.sender)


def an_answer(mail: Mail, text: str) -> EmailMessage:
    """The answer with the mail quoted below it, as mail programs write it."""
    came = mail.message()
    answer = EmailMessage()
    answer["From"] = mail.recipients[0]
    answer["To"] = reply_address(mail)
    answer["Subject"] = f"Re: {mail.subject}"
    answer["Date"] = format_datetime(datetime.now(UTC))
    answer["Message-ID"] = make_msgid(domain="sandbox.example")
    if came["message-id"]:
        answer["In-Reply-To"] = str(came["message-id"])
    quoted = "\n".join(f"> {line}" for line in (mail.part("plain") or "").splitlines())
    answer.set_content(
        f"{text}\n\nOn {came['date'] or 'that day'}, {mail.sender} wrote:\n{quoted}\n"
    )
    return answer


async def hand_over(mail: EmailMessage, settings: SandboxSettings) -> bool:
    """Post it, signed. False: nobody took it."""
    body, timestamp = mail.as_bytes(), str(int(time.time()))
    signed = timestamp.encode() + b"." + body
    headers = {
        "content-type": "message/rfc822",
        "x-doorstep-timestamp": timestamp,
        "x-doorstep-signature": hmac.new(
            settings.inbound_mail_secret.encode(), signed, hashlib.sha256
        ).hexdigest(),
    }
    try:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS, trust_env=False) as client:
            answer = await client.post(settings.inbound_mail_url, content=body, headers=headers)
    except httpx.HTTPError:
        return False
    return answer.is_success
