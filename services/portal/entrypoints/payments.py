"""Paying: off to the provider, and back to a page that waits for the truth."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.refusals import PaymentRefusedError
from services.portal.entrypoints.access import CLIENT_PAGES, PAYER_PAGES, Client, Payer, Visitor
from services.portal.entrypoints.client_pages import client_page
from services.portal.entrypoints.payer_pages import payer_page
from services.portal.entrypoints.payment_words import AWAY, Refusal, refused
from services.portal.entrypoints.waiting import waiting
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.refresh_payment import refresh_payment
from services.portal.usecases.show_inspection import show_inspection
from services.portal.usecases.show_payer_invoice import show_payer_invoice
from services.portal.usecases.start_payment import PaymentWish, start_payment
from shared.idempotency import IdempotencyKey
from shared.money import MAX_CENTS
from shared.problems import UnavailableError
from shared.webapp import page

clients = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)
payers = APIRouter(prefix=PAYER_PAGES, include_in_schema=False)
Amount = Annotated[str, Form(pattern=f"^[1-9][0-9]{{0,{len(str(MAX_CENTS)) - 1}}}$")]
"""Whole cents as the page wrote them: `475.00` is no such number, nor is `1e3`."""
Key = Annotated[str, Path(max_length=64)]
Tries = Annotated[int, Form(ge=0, le=1_000)]


@clients.post("/pay")
async def client_pays(
    request: Request, visitor: Client, key: IdempotencyKey, amount_cents: Amount
) -> Response:
    """Go to the provider, or show the page with the reason why not."""

    async def again(refusal: Refusal) -> HTMLResponse:
        return await client_page(request, visitor, refusal=refusal)

    return await _pay(
        request, visitor, f"/p/i/{visitor.link.link_id}", key, int(amount_cents), again
    )


@payers.post("/pay")
async def payer_pays(
    request: Request, visitor: Payer, key: IdempotencyKey, amount_cents: Amount
) -> Response:
    """Go to the provider, or show the page with the reason why not."""

    async def again(refusal: Refusal) -> HTMLResponse:
        return await payer_page(request, visitor, refusal=refusal)

    return await _pay(
        request, visitor, f"/pay/i/{visitor.link.link_id}", key, int(amount_cents), again
    )


async def _pay(  # noqa: PLR0917 - one call site per kind of page
    request: Request,
    visitor: Visitor,
    base: str,
    key: str,
    amount_cents: int,
    again: Callable[[Refusal], Awaitable[HTMLResponse]],
) -> Response:
    wiring = wiring_of(request)
    wish = PaymentWish(
        key=key,
        amount_cents=amount_cents,
        page_url=request.app.state.config.public_url + base,
    )
    try:
        url = await start_payment(
            visitor.link,
            wish,
            wiring.views,
            wiring.billing,
            checkouts=wiring.checkouts,
            now=wiring.clock(),
        )
    except PaymentRefusedError as error:
        company = await wiring.views.company(visitor.link.company_id)
        currency = company.company.currency if company else "USD"
        return await again(refused(error, amount_cents, currency))
    except UnavailableError:
        return await again(AWAY)
    return RedirectResponse(url, 303)


@clients.post("/attempts/{key}/refresh")
async def client_waits(request: Request, visitor: Client, key: Key, tries: Tries = 0) -> Response:
    """Ask how the payment stands; the page's script does it by itself, the button by hand."""
    wiring = wiring_of(request)
    await refresh_payment(visitor.link, key, wiring.billing, wiring.checkouts)
    shown = await show_inspection(visitor.link, key, wiring.views, wiring.checkouts, wiring.clock())
    base = f"/p/i/{visitor.link.link_id}"
    return _waited(request, visitor, base, key, tries, shown.card.kind)


@payers.post("/attempts/{key}/refresh")
async def payer_waits(request: Request, visitor: Payer, key: Key, tries: Tries = 0) -> Response:
    """Ask how the payment stands."""
    wiring = wiring_of(request)
    await refresh_payment(visitor.link, key, wiring.billing, wiring.checkouts)
    shown = await show_payer_invoice(
        visitor.link, key, wiring.views, wiring.checkouts, wiring.clock()
    )
    base = f"/pay/i/{visitor.link.link_id}"
    return _waited(request, visitor, base, key, tries, shown.card.kind)


def _waited(  # noqa: PLR0917 - one call site per kind of page
    request: Request, visitor: Visitor, base: str, key: str, tries: int, kind: str
) -> Response:
    """Still waiting: the next question, later. Otherwise the page as it is now."""
    address = f"{base}?attempt={key}"
    if "hx-request" not in request.headers:
        return RedirectResponse(address, 303)
    if kind != "confirming":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return page(
        request,
        "waiting.html",
        200,
        base=base,
        attempt_key=key,
        csrf_token=visitor.csrf_token,
        **waiting(tries + 1),
    )
