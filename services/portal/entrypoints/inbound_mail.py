"""Where the mail provider hands over mails that came in: signed, measured, taken once.

The answer is the same for every mail that is signed: who wrote to whom, and what became of it,
is for our log alone.
"""

import hmac
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Request
from prometheus_client import Counter
from pydantic import BaseModel

from services.portal.domain.inbound_mail import (
    SIGNATURE_LIFETIME_SECONDS,
    UnreadableMailError,
    read_mail,
    signature,
)
from services.portal.domain.ticket_refusals import InboundMailOffError, InboundMailUnsignedError
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.take_mail import MailPorts, Taken, take_mail
from shared.identity import everyone
from shared.problem_answers import responses

PATH = "/api/portal/v1/inbound-mail"
BODY_MAX_BYTES = 10 * 1024 * 1024
"""A mail with a few photos; they are not kept, but the words beside them are."""
BODY_LIMITS = {PATH: BODY_MAX_BYTES}
router = APIRouter(
    tags=["inbound mail"], dependencies=[Depends(everyone("the mail provider signs what it sends"))]
)
log = structlog.get_logger()
_received = Counter(
    "doorstep_inbound_mails", "Mails that came in, by what became of them.", ["result"]
)
Timestamp = Annotated[str, Header(alias="X-Doorstep-Timestamp", max_length=20)]
Signature = Annotated[str, Header(alias="X-Doorstep-Signature", max_length=128)]


class ReceivedOut(BaseModel):
    """Nothing more to be said."""

    received: bool = True


@router.post(PATH, status_code=202, responses=responses(403, 404, 413))
async def receive(
    request: Request, timestamp: Timestamp = "", signed: Signature = ""
) -> ReceivedOut:
    """A raw RFC 5322 mail.

    `X-Doorstep-Timestamp` is Unix seconds, `X-Doorstep-Signature` the hex HMAC-SHA256 of
    `<timestamp>.<body>` under the shared secret. The same Message-ID again changes nothing.
    """
    body = await request.body()
    _require_signature(request, timestamp, signed, body)
    taken = await _taken(request, body)
    _received.labels(taken.result).inc()
    log.info("inbound_mail", result=taken.result, reason=taken.reason)
    return ReceivedOut()


async def _taken(request: Request, body: bytes) -> Taken:
    wiring = wiring_of(request)
    ports = MailPorts(
        tickets=wiring.customers.tickets,
        team=wiring.customers.team,
        accounts=wiring.customers.accounts,
        settings=wiring.customers.settings,
        views=wiring.views,
        domain=request.app.state.config.inbound_mail_domain,
    )
    try:
        mail = read_mail(body)
    except UnreadableMailError as error:
        return Taken("ignored", str(error))
    return await take_mail(mail, ports, wiring.clock())


def _require_signature(request: Request, timestamp: str, signed: str, body: bytes) -> None:
    secret = request.app.state.config.inbound_mail_secret.get_secret_value()
    if not secret:
        raise InboundMailOffError
    if not (timestamp.isascii() and timestamp.isdigit()):
        raise InboundMailUnsignedError
    age = wiring_of(request).clock().timestamp() - int(timestamp)
    if abs(age) > SIGNATURE_LIFETIME_SECONDS:
        raise InboundMailUnsignedError
    if not hmac.compare_digest(signature(secret, timestamp, body).encode(), signed.encode()):
        raise InboundMailUnsignedError
