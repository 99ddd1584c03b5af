"""Pages: signing in, staying signed in, signing out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.scheduling.domain.access import SESSION_LIFE, STAFF_TOKEN_LIFE
from services.scheduling.domain.refusals import (
    SessionEndedError,
    TooManyAttemptsError,
    WrongPasswordError,
)
from services.scheduling.entrypoints.api_access import address_of
from services.scheduling.entrypoints.pages_frame import STAFF_PATH, by_htmx, posted
from services.scheduling.entrypoints.parts import ServiceParts
from services.scheduling.usecases.renew_session import renew_session
from services.scheduling.usecases.sign_in import SignedIn, SignIn, sign_in
from services.scheduling.usecases.sign_out import sign_out
from shared.identity import (
    SESSION_COOKIE,
    STAFF_COOKIE,
    cookie_name,
    everyone,
)
from shared.own_forms import CrossSiteError, same_origin
from shared.ui import Form
from shared.webapp import page

router = APIRouter(prefix="/staff/scheduling", include_in_schema=False)
AFTER_SIGN_IN = f"{STAFF_PATH}/schedule"


@router.get("/sign-in", dependencies=[Depends(everyone("nobody is signed in yet"))])
async def get_sign_in(
    request: Request, next_page: Annotated[str, Query(alias="next")] = ""
) -> HTMLResponse:
    """Show the form."""
    return page(request, "sign_in.html", form=Form(), next_page=_local(next_page))


@router.post("/sign-in", dependencies=[Depends(everyone("nobody is signed in yet"))])
async def post_sign_in(request: Request, parts: ServiceParts) -> Response:
    """Open a session, or say that it was not right, in the same words for every reason."""
    if not same_origin(request):
        raise CrossSiteError
    form = await posted(request)
    email = form.text("email", "Enter your email", length_max=254)
    password = form.value("password")
    if not password:
        form.refuse("password", "Enter your password")
    following = _local(form.value("next"))
    if form.ok:
        try:
            signed_in = await sign_in(
                SignIn(email=email, password=password[:1000], address=address_of(request)),
                door=parts.door,
                passwords=parts.passwords,
                secrets=parts.secrets,
                mint=parts.mint,
                now=parts.now(),
            )
        except (WrongPasswordError, TooManyAttemptsError) as refusal:
            form.refuse("email", refusal.detail)
            status = 429 if isinstance(refusal, TooManyAttemptsError) else 422
            return page(request, "sign_in.html", status, form=form, next_page=following)
        return _with_cookies(request, RedirectResponse(following, 303), signed_in)
    return page(request, "sign_in.html", 422, form=form, next_page=following)


@router.get("/session/renew", dependencies=[Depends(everyone("the session cookie decides"))])
async def get_renew(
    request: Request, parts: ServiceParts, next_page: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """Renew the staff token and go on, or ask to sign in."""
    following = _local(next_page)
    try:
        signed_in = await _renewed(request, parts)
    except SessionEndedError:
        return RedirectResponse(f"{STAFF_PATH}/sign-in?next={following}", 303)
    return _with_cookies(request, RedirectResponse(following, 303), signed_in)


@router.post("/session/renew", dependencies=[Depends(everyone("the session cookie decides"))])
async def post_renew(request: Request, parts: ServiceParts) -> Response:
    """Renew in the background of an open page; when the session ended, go to sign in."""
    if not same_origin(request):
        raise CrossSiteError
    try:
        signed_in = await _renewed(request, parts)
    except SessionEndedError:
        sign_in_path = f"{STAFF_PATH}/sign-in"
        if by_htmx(request):
            return Response(status_code=401, headers={"HX-Redirect": sign_in_path})
        return RedirectResponse(sign_in_path, 303)
    return _with_cookies(request, Response(status_code=204), signed_in)


@router.post("/sign-out", dependencies=[Depends(everyone("ends the caller's own session"))])
async def post_sign_out(request: Request, parts: ServiceParts) -> Response:
    """End the session and forget the cookies."""
    if not same_origin(request):
        raise CrossSiteError
    config = request.app.state.config
    secret = request.cookies.get(cookie_name(SESSION_COOKIE, config), "")
    await sign_out(secret, door=parts.door, secrets=parts.secrets)
    response = RedirectResponse(f"{STAFF_PATH}/sign-in", 303)
    for base in (STAFF_COOKIE, SESSION_COOKIE):
        response.delete_cookie(
            cookie_name(base, config), path="/", secure=config.secure, httponly=True
        )
    return response


async def _renewed(request: Request, parts: ServiceParts) -> SignedIn:
    name = cookie_name(SESSION_COOKIE, request.app.state.config)
    return await renew_session(
        request.cookies.get(name, ""),
        door=parts.door,
        secrets=parts.secrets,
        mint=parts.mint,
        now=parts.now(),
    )


def _with_cookies(request: Request, response: Response, signed_in: SignedIn) -> Response:
    config = request.app.state.config
    for base, value, life in (
        (STAFF_COOKIE, signed_in.staff_token, STAFF_TOKEN_LIFE),
        (SESSION_COOKIE, signed_in.session_secret, SESSION_LIFE),
    ):
        response.set_cookie(
            cookie_name(base, config),
            value,
            max_age=int(life.total_seconds()),
            path="/",
            secure=config.secure,
            httponly=True,
            samesite="lax",
        )
    return response


def _local(path: str) -> str:
    """Return a path of our own staff pages; anything else leads to the schedule."""
    own = path.startswith("/staff/") and "\\" not in path and "\n" not in path
    renewing = path.startswith(f"{STAFF_PATH}/s") and ("/session/" in path or "/sign-" in path)
    return path if own and not renewing else AFTER_SIGN_IN
