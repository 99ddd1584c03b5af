"""Staff look at the page as the client sees it (R33)."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import CLIENT_VIEW
from services.portal.domain.refusals import UnknownInspectionError
from services.portal.usecases.mint_link import LinkWish, NewLink, Randomness, mint_link
from services.portal.usecases.ports import Links, Views


@dataclass(frozen=True, slots=True)
class Looker:
    """The member of staff who asks."""

    company_id: str
    staff_id: str


async def preview_inspection(
    inspection_id: str,
    looker: Looker,
    links: Links,
    views: Views,
    *,
    randomness: Randomness,
    now: datetime,
) -> NewLink:
    """Mint a link that also works for the client. Raises UnknownInspectionError."""
    if await views.inspection(looker.company_id, inspection_id) is None:
        raise UnknownInspectionError
    wish = LinkWish(
        company_id=looker.company_id,
        scope="inspection",
        inspection_id=inspection_id,
        invoice_id=None,
        recipient=f"staff:{looker.staff_id}",
        purpose=CLIENT_VIEW,
    )
    return await mint_link(wish, links, views, randomness, now)
