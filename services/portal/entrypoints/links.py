"""Links over HTTP: minting for our services, opening and asking anew for people."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.background import BackgroundTask

from services.portal.domain.links import Link, Scope
from services.portal.domain.refusals import UnknownLinkError
from services.portal.entrypoints.access import address_of, is_preview, let_in
from services.portal.entrypoints.client_pages import client_page
from services.portal.entrypoints.link_problems import new_link_page
from services.portal.entrypoints.wiring import Wiring, wiring_of
from services.portal.usecases.mint_link import LinkWish, NewLink, mint_link
from services.portal.usecases.mint_sign_in_link import SignInWish, mint_sign_in_link
from services.portal.usecases.open_link import open_link
from services.portal.usecases.request_new_link import request_new_link
from shared.identity import everyone, service_call
from shared.own_forms import CrossSiteError, same_origin
from shared.problem_answers import responses
from shared.ui import Form

router = APIRouter(tags=["links"])
Token = Annotated[str, Path(max_length=128)]


class LinkIn(BaseModel):
    """For whom and to what."""

    model_config = ConfigDict(extra="forbid")

    company_id: str = Field(min_length=1, max_length=64)
    scope: Literal["inspection", "invoice", "account"]
    inspection_id: str | None = Field(default=None, min_length=1, max_length=64)
    invoice_id: str | None = Field(default=None, max_length=64)
    account_id: str | None = Field(default=None, min_length=1, max_length=64)
    contact_id: str | None = Field(default=None, min_length=1, max_length=64)
    recipient: str = Field(max_length=254)
    purpose: str = Field(min_length=1, max_length=64)
    people_revision: int | None = Field(default=None, ge=0, strict=True)
    """The inspection's revision at which the recipient was looked up in its People box."""

    @model_validator(mode="after")
    def _names_what_it_opens(self) -> "LinkIn":
        given = {name for name in _SUBJECTS if getattr(self, name) is not None}
        if given != _NEEDED[self.scope]:
            raise ValueError(f"the scope {self.scope} goes with {sorted(_NEEDED[self.scope])}")
        return self


_NEEDED = {
    "inspection": {"inspection_id"},
    "invoice": {"inspection_id", "invoice_id"},
    "account": {"account_id", "contact_id"},
}
_SUBJECTS = ("inspection_id", "invoice_id", "account_id", "contact_id")


class LinkOut(BaseModel):
    """The new link; its token is nowhere else."""

    link_id: str
    url: str


@router.post(
    "/internal/v1/links",
    status_code=201,
    responses=responses(401, 403, 422, 503),
    dependencies=[Depends(service_call("billing", "notifications"))],
)
async def mint(request: Request, body: LinkIn) -> LinkOut:
    """Mint a link at the moment a mail is rendered or a page asks for one."""
    link = await _minted(wiring_of(request), body)
    return LinkOut(link_id=link.link_id, url=request.app.state.config.public_url + link.path)


async def _minted(wiring: Wiring, body: LinkIn) -> NewLink:
    now = wiring.clock()
    if body.scope == "account":
        entry = SignInWish(
            body.company_id, body.account_id or "", body.contact_id or "", body.recipient
        )
        return await mint_sign_in_link(entry, wiring.customers.sign_ins, wiring.randomness, now)
    wish = LinkWish(
        company_id=body.company_id,
        scope=body.scope,
        inspection_id=body.inspection_id or "",
        invoice_id=body.invoice_id,
        recipient=body.recipient,
        purpose=body.purpose,
        people_revision=body.people_revision,
    )
    return await mint_link(wish, wiring.links, wiring.views, wiring.randomness, now)


opens = Depends(everyone("the token in the address is what lets a person in"))


@router.get("/p/{token}", include_in_schema=False, dependencies=[opens])
async def open_client_link(request: Request, token: Token) -> Response:
    """Exchange the token for a cookie; staff who look see the page under this very address."""
    link = await _opened(request, token, "inspection")
    if not is_preview(request, link):
        response: Response = RedirectResponse(f"/p/i/{link.link_id}", 303)
        let_in(request, response, link, token)
        return response
    carrier = Response()
    visitor = let_in(request, carrier, link, token)
    response = await client_page(request, visitor)
    response.headers.append("set-cookie", carrier.headers["set-cookie"])
    return response


@router.get("/pay/{token}", include_in_schema=False, dependencies=[opens])
async def open_payer_link(request: Request, token: Token) -> Response:
    """Exchange the token for a cookie."""
    link = await _opened(request, token, "invoice")
    response = RedirectResponse(f"/pay/i/{link.link_id}", 303)
    let_in(request, response, link, token)
    return response


async def _opened(request: Request, token: str, scope: Scope) -> Link:
    wiring = wiring_of(request)
    now = wiring.clock()
    try:
        return await open_link(token, scope, wiring.links, wiring.views, now)
    except UnknownLinkError:
        wiring.misses.note(address_of(request), now.timestamp())
        raise


@router.post(
    "/p/new-link",
    include_in_schema=False,
    dependencies=[Depends(everyone("whoever's link has ended asks for a new one"))],
)
async def ask_for_new_link(request: Request) -> Response:
    """Answer the same whatever was found; the search comes after the answer."""
    if not same_origin(request):
        raise CrossSiteError
    form = Form.posted((await request.form()).multi_items())
    address = form.email("email", "Enter your email address")
    link_id = form.value("link_id")[:64]
    if not form.ok:
        return new_link_page(request, form, link_id)
    wiring = wiring_of(request)
    answer = new_link_page(request, None, link_id)
    answer.background = BackgroundTask(
        request_new_link, link_id, address, wiring.links, wiring.views, wiring.clock()
    )
    return answer
