"""Somebody whose link has ended asks for a new one by mail."""

from datetime import datetime

from services.portal.domain.links import REQUEST_PAUSE, Link
from services.portal.usecases.ports import Links, Views
from shared.contracts.portal import LinkRequestedV1


async def request_new_link(
    link_id: str, address: str, links: Links, views: Views, now: datetime
) -> None:
    """Tell notifications to mail a new link, if the address is one this link may go to.

    The asker learns nothing from the answer: there is none, whatever was found.
    """
    link = await links.by_id(link_id)
    if link is None or address.casefold() not in await _addresses(link, views):
        return
    event = LinkRequestedV1(
        company_id=link.company_id,
        link_id=link.link_id,
        scope=link.scope,
        inspection_id=link.inspection_id,
        invoice_id=link.invoice_id,
        recipient=address,
        requested_at=now,
    )
    await links.mark_requested(link.link_id, now, now - REQUEST_PAUSE, event)


async def _addresses(link: Link, views: Views) -> set[str]:
    """Who may have it: whom it was sent to, and the client or payer it is about."""
    allowed = {link.recipient.casefold()}
    if link.invoice_id is not None:
        payer = await views.payer(link.company_id, link.invoice_id)
        return allowed | ({payer.invoice.payer.email.casefold()} if payer else set())
    view = await views.inspection(link.company_id, link.inspection_id)
    clients = [p for p in view.inspection.people if p.role == "client"] if view else []
    return allowed | {person.email.casefold() for person in clients if person.email}
