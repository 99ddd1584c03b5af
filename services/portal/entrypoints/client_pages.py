"""The client's page, and how to pay when not online."""

from dataclasses import replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.portal.domain.inviting import invited, may_invite
from services.portal.domain.invoice_news import money_news
from services.portal.entrypoints.access import CLIENT_PAGES, Client, Visitor
from services.portal.entrypoints.client_lists import TOLD, documents, meter_words, tasks
from services.portal.entrypoints.look import brand_of
from services.portal.entrypoints.payment_words import Refusal
from services.portal.entrypoints.waiting import waiting
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.record_opening import record_opening
from services.portal.usecases.show_inspection import ClientPage, show_inspection
from shared.webapp import page

router = APIRouter(prefix=CLIENT_PAGES, include_in_schema=False)
AttemptKey = Annotated[str, Query(max_length=64)]


@router.get("")
async def show(
    request: Request,
    visitor: Client,
    attempt: AttemptKey = "",
    saved: Annotated[str, Query(max_length=16)] = "",
) -> HTMLResponse:
    """The whole page. `attempt` only names the payment the client comes back from."""
    return await client_page(request, visitor, attempt, saved=saved)


async def client_page(
    request: Request,
    visitor: Visitor,
    attempt: str = "",
    *,
    saved: str = "",
    refusal: Refusal | None = None,
) -> HTMLResponse:
    """Render it, with a refused payment's reason if there is one."""
    wiring = wiring_of(request)
    shown = await show_inspection(
        visitor.link, attempt, wiring.views, wiring.checkouts, wiring.clock()
    )
    card = shown.card
    if refusal is not None and refusal.amount_cents is not None:
        card = replace(card, amount_cents=refusal.amount_cents)
    return page(
        request,
        "client_page.html",
        refusal.status if refusal else 200,
        **frame(request, visitor, shown),
        shown=shown,
        view=shown.view,
        invoice=shown.view.invoice,
        card=card,
        payer=False,
        attempt_key=attempt,
        key=token_hex(16),
        refusal=refusal,
        saved=saved,
        **_lists(shown, visitor, saved, wiring.clock()),
        **waiting(0),
    )


def _lists(shown: ClientPage, visitor: Visitor, saved: str, now: datetime) -> dict[str, object]:
    inspection = shown.view.inspection
    ends_at = inspection.starts_at + timedelta(minutes=inspection.duration_minutes)
    base = f"/p/i/{visitor.link.link_id}"
    total = sum(line.amount_cents for line in inspection.lines)
    return {
        "tasks": tasks(shown, base),
        "documents": documents(shown, base),
        "meter_words": meter_words(shown),
        "takes_bank": shown.company.takes_bank_payments,
        "news": money_news(shown.view.outcomes_of(shown.view.invoice.invoice_id))
        if shown.view.invoice
        else (),
        "invited": invited(shown.view),
        "may_invite": may_invite(shown.view, shown.company),
        "told": TOLD.get(saved),
        "ends_at": ends_at,
        "coming": inspection.status != "cancelled" and now < ends_at,
        "order_total_cents": total,
        "estimate_cents": shown.card.amount_cents or total,
    }


def frame(request: Request, visitor: Visitor, shown: ClientPage) -> dict[str, object]:
    """What the frame around every page of a client needs."""
    return {
        "brand": brand_of(shown.company),
        "company": shown.company.company,
        "zone": shown.view.inspection.time_zone,
        "base": f"/p/i/{visitor.link.link_id}",
        "csrf_token": visitor.csrf_token,
        "preview": visitor.preview,
        "share_url": _share_url(request),
        "inspection_id": visitor.link.inspection_id,
    }


def _share_url(request: Request) -> str:
    """The address with the token, where the page is shown under it: only staff see it so (R33)."""
    path = request.url.path
    return "" if path.startswith("/p/i/") else f"{request.app.state.config.public_url}{path}"


@router.get("/how-to-pay")
async def how_to_pay(request: Request, visitor: Client) -> HTMLResponse:
    """`Learn More`: what to do while the company takes no payments online (R13)."""
    wiring = wiring_of(request)
    shown = await show_inspection(visitor.link, "", wiring.views, wiring.checkouts, wiring.clock())
    return page(
        request,
        "how_to_pay.html",
        200,
        **frame(request, visitor, shown),
        invoice=shown.view.invoice,
        card=shown.card,
        place=shown.view.inspection.site.street,
    )


@router.post("/opened", status_code=204)
async def opened(request: Request, visitor: Client) -> Response:
    """The page's script says that a person has it open; mail scanners do not run it."""
    wiring = wiring_of(request)
    await record_opening(visitor.link, wiring.links, wiring.clock())
    return Response(status_code=204)
