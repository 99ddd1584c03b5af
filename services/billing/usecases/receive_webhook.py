"""The card processor sent an event: verify it, keep it, and only then say yes."""

from services.billing.usecases.ports import Clock, EventInbox, PaymentGateway, StoredEvent, Wakeup


async def receive_webhook(
    body: bytes,
    signature: str | None,
    *,
    gateway: PaymentGateway,
    inbox: EventInbox,
    wakeup: Wakeup,
    clock: Clock,
) -> StoredEvent:
    """Store the event once; a repeat is accepted and changes nothing.

    Raises ForgedWebhookError (nothing is stored); any failure to store is the caller's 503.
    """
    event = gateway.parse_webhook(body, signature, clock())
    if await inbox.keep(event):
        wakeup.ring()
    return event
