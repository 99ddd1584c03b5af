"""Whether a link still lets anybody in."""

from datetime import datetime

from services.portal.domain.links import Link, LinkState
from services.portal.usecases.ports import Views


async def judge_link(link: Link, views: Views, now: datetime) -> LinkState:
    """Its state, read anew for every request: whoever left the People box is out at once."""
    if link.scope == "invoice":
        return link.state(now, {})
    return link.state(now, await views.people_boxes(link.company_id, link.inspection_id))
