"""Somebody whose link has ended asks for a new one by mail."""

from datetime import datetime

from services.portal.domain.account_rows import fold_address
from services.portal.domain.links import REQUEST_PAUSE, Link
from services.portal.usecases.judge_link import judge_link
from services.portal.usecases.ports import Links, Views
from shared.contracts.portal import LinkRequestedV1


async def request_new_link(
    link_id: str, address: str, links: Links, views: Views, now: datetime
) -> None:
    """Tell notifications to mail a new link, if the address is one this link may go to.

    The asker learns nothing from the answer: there is none, whatever was found.
    """
    link = await links.by_id(link_id)
    if link is None or fold_address(address) not in await _addresses(link, views, now):
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


async def _addresses(link: Link, views: Views, now: datetime) -> set[str]:
    """Who may have it: the clients or the payer it is about, and whom it was sent to.

    The last not if it was ended, by staff or by leaving the People box: else he had it back.
    """
    ended = await judge_link(link, views, now) in {"revoked", "left"}
    allowed = set() if ended else {fold_address(link.recipient)}
    if link.invoice_id is not None:
        payer = await views.payer(link.company_id, link.invoice_id)
        return allowed | ({fold_address(payer.invoice.payer.email)} if payer else set())
    view = await views.inspection(link.company_id, link.inspection_id)
    clients = [p for p in view.inspection.people if p.role == "client"] if view else []
    return allowed | {fold_address(person.email) for person in clients if person.email}
