"""Signing in by mail, choosing among several accounts, signing out."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.background import BackgroundTask

from services.portal.domain.refusals import SignedOutError, SignInLinkEndedError
from services.portal.entrypoints.access import address_of
from services.portal.entrypoints.account_access import (
    Session,
    let_customer_in,
    let_customer_out,
    secret_of,
)
from services.portal.entrypoints.account_frame import account_brand
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.admit_customer import admit_session
from services.portal.usecases.choose_account import choose_account
from services.portal.usecases.find_sign_in_link import find_sign_in_link
from services.portal.usecases.request_sign_in import request_sign_in
from services.portal.usecases.sign_in import accounts_of, sign_in
from shared.identity import everyone
from shared.own_forms import CrossSiteError, same_origin
from shared.ui import Brand, Form
from shared.webapp import page

router = APIRouter(prefix="/account", include_in_schema=False)
Token = Annotated[str, Path(max_length=128)]
asks = Depends(everyone("people of customer accounts ask to be let in"))
opens = Depends(everyone("the token in the address is what lets a person in"))


@router.get("/sign-in", dependencies=[asks])
async def show_sign_in(request: Request) -> HTMLResponse:
    """One field: the address."""
    return page(request, "account/sign_in.html", 200, form=None, asked="")


@router.post("/sign-in", dependencies=[asks])
async def ask_for_link(request: Request) -> Response:
    """Answer the same whoever asks; the search comes after the answer, so time tells nothing."""
    if not same_origin(request):
        raise CrossSiteError
    form = Form.posted((await request.form()).multi_items())
    address = form.email("email", "Enter your email address")
    if not form.ok:
        return page(request, "account/sign_in.html", 422, form=form, asked="")
    wiring = wiring_of(request)
    answer = page(request, "account/sign_in.html", 200, form=None, asked=address)
    answer.background = BackgroundTask(
        request_sign_in,
        address,
        wiring.customers.accounts,
        wiring.views,
        wiring.customers.sign_ins,
        randomness=wiring.randomness,
        now=wiring.clock(),
    )
    return answer


@router.get("/in/{token}", dependencies=[opens])
async def show_link(request: Request, token: Token) -> Response:
    """A button: what opens links by itself, a mail scanner for one, does not press it."""
    wiring = wiring_of(request)
    now = wiring.clock()
    try:
        link = await find_sign_in_link(token, wiring.customers.sign_ins, now)
    except SignInLinkEndedError:
        wiring.misses.note(address_of(request), now.timestamp())
        raise
    brand = await _brand(request, link.company_id)
    return page(request, "account/let_in.html", 200, brand=brand, email=link.email, token=token)


@router.post("/in/{token}", dependencies=[opens])
async def enter(request: Request, token: Token) -> Response:
    """Use up the link. A second press in the same browser finds itself signed in."""
    if not same_origin(request):
        raise CrossSiteError
    wiring = wiring_of(request)
    ports = wiring.customers
    now = wiring.clock()
    try:
        secret = await sign_in(token, ports.accounts, ports.sign_ins, wiring.randomness, now)
    except SignInLinkEndedError:
        if await _is_in(request):
            return RedirectResponse("/account", 303)
        wiring.misses.note(address_of(request), now.timestamp())
        raise
    response = RedirectResponse("/account", 303)
    let_customer_in(request, response, secret)
    return response


async def _is_in(request: Request) -> bool:
    wiring = wiring_of(request)
    try:
        await admit_session(secret_of(request), wiring.customers.sign_ins, wiring.clock())
    except SignedOutError:
        return False
    return True


@router.get("/choose")
async def show_accounts(request: Request, who: Session) -> HTMLResponse:
    """The accounts of this address."""
    wiring = wiring_of(request)
    session = who.session
    rows = await accounts_of(session.company_id, session.email, wiring.customers.accounts)
    return page(
        request,
        "account/choose.html",
        200,
        brand=await _brand(request, session.company_id),
        accounts=[row.account for row in rows],
        current=session.account_id,
        csrf_token=who.csrf_token,
    )


@router.post("/choose/{account_id}")
async def choose(
    request: Request, account_id: Annotated[str, Path(max_length=64)], who: Session
) -> Response:
    """Go on in this account."""
    ports = wiring_of(request).customers
    await choose_account(who.session, account_id, ports.accounts, ports.sign_ins)
    return RedirectResponse("/account", 303)


@router.post("/sign-out")
async def sign_out(request: Request, who: Session) -> Response:
    """The session ends on our side; the cookie alone opens nothing any more."""
    ports = wiring_of(request).customers
    await ports.sign_ins.end(who.session.digest)
    response = RedirectResponse("/account/sign-in", 303)
    let_customer_out(request, response)
    return response


async def _brand(request: Request, company_id: str) -> Brand | None:
    wiring = wiring_of(request)
    company = await wiring.views.company(company_id)
    if company is None:
        return None
    return account_brand(company, await wiring.customers.settings.of(company_id))
