"""Forms come back only from our own pages: the origin a browser tells, and the page's own token."""

import hmac
from urllib.parse import urlsplit

from fastapi import Request

from shared.problems import ForbiddenError


class CrossSiteError(ForbiddenError):
    """The form did not come from our own page."""

    code = "cross_site_request"
    title = "This form is out of date. Open the page again and try once more"


async def require_own_form(request: Request, expected_token: str) -> None:
    """Refuse a request that another site made the browser send. Raises CrossSiteError.

    The page's token must come back (header `X-CSRF-Token` or field `csrf_token`), and the
    browser must say that the request comes from our own origin.
    """
    if not same_origin(request):
        raise CrossSiteError
    token = request.headers.get("x-csrf-token")
    if token is None and "form" in request.headers.get("content-type", ""):
        field = (await request.form()).get("csrf_token")
        token = field if isinstance(field, str) else None
    if not expected_token or not hmac.compare_digest(
        (token or "").encode(), expected_token.encode()
    ):
        raise CrossSiteError


def same_origin(request: Request) -> bool:
    """What the browser says about where the request comes from; silent browsers pass."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.headers.get("host") or origin == (
        request.app.state.config.public_url
    )
