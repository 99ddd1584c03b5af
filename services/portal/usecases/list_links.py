"""Staff look at the links that lead to an inspection and its invoices."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.account_rows import fold_address
from services.portal.domain.links import Link, LinkState
from services.portal.domain.refusals import NoSuchLinkError, UnknownInspectionError
from services.portal.domain.views import InspectionView
from services.portal.usecases.ports import Links, Views
from shared.contracts.scheduling import Inspection, Person

LINKS_MAX = 500
"""More than an inspection ever has; the newest are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedLink:
    """A link, how it stands, and whose it is; never what opens it."""

    link: Link
    state: LinkState
    holder: Person | None
    """Who of the People box has the address now."""
    payer_name: str
    """Of a third party's link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionLinks:
    """All links of an inspection: those that work first, each kind the newest first."""

    inspection: Inspection
    listed: tuple[ListedLink, ...]

    def one(self, link_id: str) -> ListedLink:
        """One of them. Raises NoSuchLinkError."""
        for listed in self.listed:
            if listed.link.link_id == link_id:
                return listed
        raise NoSuchLinkError


async def list_links(
    company_id: str, inspection_id: str, links: Links, views: Views, now: datetime
) -> InspectionLinks:
    """Every link with its state now. Raises UnknownInspectionError."""
    view = await views.inspection(company_id, inspection_id)
    if view is None:
        raise UnknownInspectionError
    boxes = await views.people_boxes(company_id, inspection_id)
    known = await links.of_inspection(company_id, inspection_id, LINKS_MAX)
    listed = [_listed(link, link.state(now, boxes), view) for link in known]
    listed.sort(key=lambda one: one.state != "live")
    return InspectionLinks(inspection=view.inspection, listed=tuple(listed))


def _listed(link: Link, state: LinkState, view: InspectionView) -> ListedLink:
    address = fold_address(link.recipient)
    people = (one for one in view.inspection.people if address and _has(one, address))
    part = view.assigned.get(link.invoice_id or "")
    return ListedLink(
        link=link,
        state=state,
        holder=next(people, None),
        payer_name=part.payer_name if part else "",
    )


def _has(person: Person, address: str) -> bool:
    return fold_address(person.email) == address
