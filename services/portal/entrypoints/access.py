"""Who is in front of a page: a client, a third party, or staff looking at a client's page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response

from services.portal.domain.links import (
    CLIENT_VIEW,
    Link,
    Scope,
    browser_secret,
    form_token,
)
from services.portal.domain.refusals import PreviewOnlyError, UnknownLinkError
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.admit_browser import admit_browser
from shared.identity import (
    SAFE_METHODS,
    SESSION_COOKIE,
    cookie_name,
    declares_caller,
    staff_looking,
)
from shared.own_forms import require_own_form

CLIENT_PAGES = "/p/i/{link_id}"
PAYER_PAGES = "/pay/i/{link_id}"
COOKIE_LIFETIME = timedelta(days=30)
"""After this the link in the mail lets the browser in again."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser that was let in by a link."""

    link: Link
    csrf_token: str
    preview: bool
    """Staff of the company look; they may not pay or sign (R33)."""


def address_of(request: Request) -> str:
    """The browser's network address, as the gateway saw it."""
    return request.client.host if request.client else ""


def _visitor(scope: Scope, who: str) -> Any:
    async def visitor(request: Request, link_id: Annotated[str, Path(max_length=64)]) -> Visitor:
        wiring = wiring_of(request)
        secret = request.cookies.get(_cookie(request, link_id), "")
        now = wiring.clock()
        try:
            link = await admit_browser(link_id, secret, scope, wiring.links, wiring.views, now=now)
        except UnknownLinkError:
            wiring.misses.note(address_of(request), now.timestamp())
            raise
        csrf_token = form_token(secret)
        found = Visitor(link, csrf_token, preview=is_preview(request, link))
        if request.method not in SAFE_METHODS:
            await require_own_form(request, csrf_token)
            if found.preview:
                raise PreviewOnlyError("Paying and signing are for the client.")
        return found

    return declares_caller(visitor, who)


client = _visitor("inspection", "a client's link")
payer = _visitor("invoice", "a third party's link")
Client = Annotated[Visitor, Depends(client)]
Payer = Annotated[Visitor, Depends(payer)]


def is_preview(request: Request, link: Link) -> bool:
    """Staff of the link's company, and the link is one that staff minted to look.

    A browser with a staff session whose short token has run out counts too: whoever previews
    must not become the client by waiting.
    """
    if link.purpose != CLIENT_VIEW:
        return False
    staff = staff_looking(request)
    if staff is None:
        return cookie_name(SESSION_COOKIE, request.app.state.config) in request.cookies
    return staff.company_id == link.company_id


def let_in(request: Request, response: Response, link: Link, token: str) -> Visitor:
    """Give the browser its secret, so that no further address needs the token."""
    secret = browser_secret(token)
    left = link.expires_at - wiring_of(request).clock()
    response.set_cookie(
        _cookie(request, link.link_id),
        secret,
        max_age=int(min(left, COOKIE_LIFETIME).total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.config.secure,
    )
    return Visitor(link, form_token(secret), preview=is_preview(request, link))


def _cookie(request: Request, link_id: str) -> str:
    return cookie_name(f"doorstep_link_{link_id}", request.app.state.config)
