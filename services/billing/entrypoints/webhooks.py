"""Where the card processor sends its events: verified, stored, then answered."""

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from prometheus_client import Counter

from services.billing.domain.refusals import ForgedWebhookError
from services.billing.entrypoints.parts import UsedParts
from services.billing.usecases.receive_webhook import receive_webhook
from shared.identity import everyone
from shared.problem_answers import responses

BODY_MAX_BYTES = 262_144
BODY_LIMITS = {"/webhooks/stripe": BODY_MAX_BYTES}
SIGNATURE = "stripe-signature"

router = APIRouter(
    tags=["webhooks"],
    dependencies=[Depends(everyone("the processor signs what it sends"))],
)
log = structlog.get_logger()
_received = Counter("doorstep_stripe_webhooks", "Webhooks by outcome.", ["outcome"])


@router.post("/webhooks/stripe", status_code=200, responses=responses(400, 413, 503))
async def stripe_webhook(request: Request, parts: UsedParts) -> Response:
    """200 only when the event is safely stored; 503 (by the database's error) asks for a repeat."""
    signatures = request.headers.getlist(SIGNATURE)
    try:
        event = await receive_webhook(
            await request.body(),
            signatures[0] if len(signatures) == 1 else None,
            gateway=parts.gateway,
            inbox=parts.inbox,
            wakeup=parts.bell,
            clock=parts.clock,
        )
    except ForgedWebhookError as error:
        _received.labels("refused").inc()
        log.warning("webhook_refused", reason=error.detail)
        raise
    _received.labels("stored").inc()
    log.info("webhook_stored", event_id=event.event_id, kind=event.hint.kind)
    return Response(status_code=200)
