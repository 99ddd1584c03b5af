"""Read the processor's list of events, for those that no webhook brought."""

from datetime import timedelta

import structlog

from services.billing.usecases.ports import Books, Clock, EventInbox, PaymentGateway

OVERLAP = timedelta(hours=1)
"""Events are listed again this far back: the processor's list is not strictly ordered."""
SLACK = timedelta(minutes=2)
"""Younger events are left to their webhook."""
_FIRST_LOOK = timedelta(days=1)

log = structlog.get_logger()


async def read_event_lists(
    *, books: Books, inbox: EventInbox, gateway: PaymentGateway, clock: Clock
) -> int:
    """Put events that no webhook brought into the inbox; return how many were healed."""
    healed, until = 0, clock() - SLACK
    for account in await books.accounts():
        since = await inbox.cursor(account) or until - _FIRST_LOOK
        async for event in gateway.list_events(account=account, since=since - OVERLAP):
            if event.hint.created_at <= until and await inbox.keep(event):
                healed += 1
        await inbox.move_cursor(account, until)
    if healed:
        log.warning("stripe_events_healed", count=healed)
    return healed
