"""A third party's page: one invoice and nothing else (R30, R43)."""

from dataclasses import replace
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.portal.domain.invoice_news import money_news
from services.portal.entrypoints.access import PAYER_PAGES, Payer, Visitor
from services.portal.entrypoints.look import brand_of
from services.portal.entrypoints.payment_words import Refusal
from services.portal.entrypoints.waiting import waiting
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.note_seen import note_seen
from services.portal.usecases.record_opening import record_opening
from services.portal.usecases.show_payer_invoice import PayerPage, show_payer_invoice
from shared.money import MAX_CENTS
from shared.webapp import page

router = APIRouter(prefix=PAYER_PAGES, include_in_schema=False)


@router.get("")
async def show(
    request: Request, visitor: Payer, attempt: Annotated[str, Query(max_length=64)] = ""
) -> HTMLResponse:
    """The whole page. `attempt` only names the payment the payer comes back from."""
    return await payer_page(request, visitor, attempt)


async def payer_page(
    request: Request, visitor: Visitor, attempt: str = "", *, refusal: Refusal | None = None
) -> HTMLResponse:
    """Render it, with a refused payment's reason if there is one."""
    shown = await _shown(request, visitor, attempt)
    card = shown.card
    if refusal is not None and refusal.amount_cents is not None:
        card = replace(card, amount_cents=refusal.amount_cents)
    return page(
        request,
        "payer_page.html",
        refusal.status if refusal else 200,
        **_frame(visitor, shown),
        shown=shown,
        invoice=shown.view.invoice,
        card=card,
        payer=True,
        attempt_key=attempt,
        key=token_hex(16),
        refusal=refusal,
        takes_bank=shown.company.takes_bank_payments,
        news=money_news(shown.view.outcomes),
        **waiting(0),
    )


@router.get("/how-to-pay")
async def how_to_pay(request: Request, visitor: Payer) -> HTMLResponse:
    """`Learn More`: what to do while the company takes no payments online (R13)."""
    shown = await _shown(request, visitor, "")
    return page(
        request,
        "how_to_pay.html",
        200,
        **_frame(visitor, shown),
        invoice=shown.view.invoice,
        card=shown.card,
        place=shown.view.property.site.street,
    )


@router.post("/opened", status_code=204)
async def opened(
    request: Request,
    visitor: Payer,
    shown_cents: Annotated[int | None, Form(ge=-MAX_CENTS, le=MAX_CENTS)] = None,
) -> Response:
    """The page's script says that a person has it open; mail scanners do not run it."""
    wiring = wiring_of(request)
    await record_opening(visitor.link, wiring.links, wiring.clock())
    if shown_cents is not None:
        await note_seen(visitor.link, shown_cents, wiring.links, wiring.clock())
    return Response(status_code=204)


async def _shown(request: Request, visitor: Visitor, attempt: str) -> PayerPage:
    wiring = wiring_of(request)
    return await show_payer_invoice(
        visitor.link, attempt, wiring.views, wiring.checkouts, wiring.clock()
    )


def _frame(visitor: Visitor, shown: PayerPage) -> dict[str, object]:
    return {
        "brand": brand_of(shown.company),
        "company": shown.company.company,
        "zone": shown.view.property.time_zone,
        "base": f"/pay/i/{visitor.link.link_id}",
        "csrf_token": visitor.csrf_token,
        "preview": visitor.preview,
        "share_url": "",
        "opened_vals": {
            "csrf_token": visitor.csrf_token,
            "shown_cents": shown.view.invoice.total_cents,
        },
    }
