"""Links in the shape the pages of staff draw them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import CLIENT_VIEW, LinkState
from services.portal.usecases.list_links import ListedLink

STAFF_PREFIX = "staff:"
COPIED = "copied"
HANDED_OVER = frozenset({CLIENT_VIEW, COPIED})
"""Made for staff, who may have passed them on; no mail carries them."""
STATUS_WORDS: Mapping[LinkState, str] = {
    "live": "Works",
    "expired": "Expired",
    "revoked": "Ended",
    "left": "Ended",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One line of the list."""

    link_id: str
    title: str
    sub: str
    icon: str
    made: str
    """`Sent` or `Made`, before the moment it was."""
    created_at: datetime
    opened_at: datetime | None
    expires_at: datetime
    status: str
    live: bool
    ended_at: datetime | None
    why: str
    """What ended it: `by Priya Raman`."""
    one_invoice: bool
    may_ask_anew: bool
    """Whether its holder can have a new one mailed after this one has ended."""


def link_row(listed: ListedLink, names: Mapping[str, str]) -> LinkRow:
    """A link in words; `names` are those of the company's staff, by id."""
    link, state = listed.link, listed.state
    title = _title(listed, names)
    handed = link.purpose in HANDED_OVER
    return LinkRow(
        link_id=link.link_id,
        title=title,
        sub=_sub(listed, title),
        icon="eye" if link.purpose == CLIENT_VIEW else "link" if handed else "mail",
        made="Made" if handed else "Sent",
        created_at=link.created_at,
        opened_at=link.opened_at,
        expires_at=link.expires_at,
        status=STATUS_WORDS[state],
        live=state == "live",
        ended_at=link.revoked_at,
        why=_why(listed),
        one_invoice=link.scope == "invoice",
        may_ask_anew=_may_ask_anew(listed),
    )


def _title(listed: ListedLink, names: Mapping[str, str]) -> str:
    """Whose link it is."""
    link = listed.link
    if link.purpose == CLIENT_VIEW:
        name = names.get(link.recipient.removeprefix(STAFF_PREFIX), "a former colleague")
        return f"Client view of {name}"
    holder = listed.holder.name if listed.holder else ""
    return listed.payer_name or holder or link.recipient or "Copied link"


def _sub(listed: ListedLink, title: str) -> str:
    link = listed.link
    role = listed.holder.role_label if listed.holder else ""
    address = "" if link.purpose == CLIENT_VIEW or link.recipient == title else link.recipient
    what = link.purpose.replace("_", " ").capitalize() if link.purpose != CLIENT_VIEW else ""
    opens = "This invoice only" if link.scope == "invoice" else "Client portal"
    return ". ".join(filter(None, (", ".join(filter(None, (role, address))), what, opens)))


def _why(listed: ListedLink) -> str:
    if listed.state == "revoked":
        return f"by {listed.link.revoked_by}" if listed.link.revoked_by else ""
    return "no longer in the People box" if listed.state == "left" else ""


def _may_ask_anew(listed: ListedLink) -> bool:
    if listed.link.scope == "invoice":
        return bool(listed.link.recipient)
    return listed.holder is not None and listed.holder.role == "client"
