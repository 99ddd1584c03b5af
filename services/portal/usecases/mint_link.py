"""Make a new link. Its token is in the answer and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.account_rows import fold_address
from services.portal.domain.links import (
    NEW_LINK,
    Link,
    Scope,
    browser_secret,
    lifetime,
    token_digest,
)
from services.portal.domain.people_box import last_seen
from services.portal.usecases.ports import Links, Views


@dataclass(frozen=True, slots=True)
class NewLink:
    """What the asker gets."""

    link_id: str
    token: str
    path: str
    """`/p/{token}` for clients, `/pay/{token}` for third parties."""


@dataclass(frozen=True, slots=True)
class LinkWish:
    """For whom and to what."""

    company_id: str
    scope: Scope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    purpose: str
    people_revision: int | None = None
    """The revision of the inspection whose People box the asker knew."""


@dataclass(frozen=True, slots=True)
class Randomness:
    """Where ids and tokens come from; a test gives its own."""

    new_id: Callable[[], str]
    new_token: Callable[[], str]
    """256 bits, safe in a URL."""


async def mint_link(
    wish: LinkWish, links: Links, views: Views, randomness: Randomness, now: datetime
) -> NewLink:
    """Make a link of its own for every mail, so that each can be ended and seen opened (R18).

    The inspection need not have arrived here yet: a mail may be rendered before our own view.
    """
    token = randomness.new_token()
    link = Link(
        link_id=randomness.new_id(),
        company_id=wish.company_id,
        scope=wish.scope,
        inspection_id=wish.inspection_id,
        invoice_id=wish.invoice_id,
        recipient=wish.recipient,
        purpose=wish.purpose,
        created_at=now,
        expires_at=now + lifetime(wish.scope),
        browser_digest=token_digest(browser_secret(token)),
        total_cents=await _total_now(wish, views),
        people_revision=await _people_known(wish, views),
    )
    await links.add(link, token_digest(token))
    prefix = "/p" if wish.scope == "inspection" else "/pay"
    return NewLink(link.link_id, token, f"{prefix}/{token}")


async def _people_known(wish: LinkWish, views: Views) -> int:
    """Leaving the People box after this revision ends the link.

    Whoever asks for a new link was known to us when he asked; the mail may leave much later.
    """
    if wish.scope == "invoice":
        return 0
    if wish.people_revision is not None and wish.purpose != NEW_LINK:
        return wish.people_revision
    boxes = await views.people_boxes(wish.company_id, wish.inspection_id)
    seen = last_seen(fold_address(wish.recipient), boxes)
    if seen is not None:
        return seen
    return max(boxes, default=0) if wish.people_revision is None else wish.people_revision


async def _total_now(wish: LinkWish, views: Views) -> int | None:
    if wish.invoice_id is None:
        return None
    payer = await views.payer(wish.company_id, wish.invoice_id)
    return payer.invoice.total_cents if payer else None
