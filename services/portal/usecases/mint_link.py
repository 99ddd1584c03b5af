"""Make a new link. Its token is in the answer and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.links import (
    Link,
    Scope,
    browser_secret,
    lifetime,
    token_digest,
)
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


@dataclass(frozen=True, slots=True)
class Randomness:
    """Where ids and tokens come from; a test gives its own."""

    new_id: Callable[[], str]
    new_token: Callable[[], str]
    """256 bits, safe in a URL."""


async def mint_link(
    wish: LinkWish, links: Links, views: Views, randomness: Randomness, now: datetime
) -> NewLink:
    """Make a link of its own for every mail, so that each can be revoked and seen opened (R18).

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
    )
    await links.add(link, token_digest(token))
    prefix = "/p" if wish.scope == "inspection" else "/pay"
    return NewLink(link.link_id, token, f"{prefix}/{token}")


async def _total_now(wish: LinkWish, views: Views) -> int | None:
    if wish.invoice_id is None:
        return None
    payer = await views.payer(wish.company_id, wish.invoice_id)
    return payer.invoice.total_cents if payer else None
