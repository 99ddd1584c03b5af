"""Confirming a payment, and the page that waits for the truth about it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi import Form as Field
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.refusals import PaymentRefusedError, UnpayableError
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.account_pay import pay_page, review_page
from services.portal.entrypoints.account_pay_form import IDS_MAX, Sent, read_choice, read_sent
from services.portal.entrypoints.account_payment_words import UNSURE, why_not
from services.portal.entrypoints.waiting import waiting
from services.portal.usecases.follow_payment import (
    Followed,
    ask_about_payment,
    follow_payment,
)
from services.portal.usecases.pay_invoices import Confirmation, pay_invoices
from services.portal.usecases.review_payment import PaymentWish
from shared.idempotency import IdempotencyKey
from shared.money import MAX_CENTS
from shared.problems import UnavailableError
from shared.ui import Form
from shared.webapp import page

router = APIRouter(prefix="/account", include_in_schema=False)
Key = Annotated[str, Path(max_length=64)]
Tries = Annotated[int, Field(ge=0, le=1_000)]
Amount = Annotated[str, Field(pattern=f"^[1-9][0-9]{{0,{len(str(MAX_CENTS)) + 1}}}$")]


@router.post("/pay/confirm")
async def confirm(
    request: Request, visit: AccountVisit, key: IdempotencyKey, amount_cents: Amount
) -> Response:
    """Take the payment: off to the provider, or to the page that follows it."""
    form = Form.posted((await request.form()).multi_items())
    sent = read_sent(form)
    wish = _wish(form, sent)
    address = f"{request.app.state.config.public_url}/account"
    confirmed = Confirmation(
        wish=wish,
        amount_cents=int(amount_cents),
        prepay_rest=form.has("prepay_rest"),
        key=key[:64],
        done_url=f"{address}/attempts/{key[:64]}",
        back_url=f"{address}/pay?choice={wish.choice}",
    )
    ports = visit.wiring.customers.paying
    try:
        started = await pay_invoices(
            visit.customer, confirmed, ports, today=visit.today, now=visit.now
        )
    except UnpayableError as error:
        form.refuse("methods" if error.field == "method" else error.field, error.message)
        return await pay_page(request, visit, sent, 422)
    except PaymentRefusedError as error:
        refusal = why_not(error, int(amount_cents), visit.currency)
        return await review_page(request, visit, wish, sent, refusal.status, refusal=refusal)
    except UnavailableError:
        return await _unsure(request, visit, wish, sent, key)
    return RedirectResponse(started.url or f"/account/attempts/{key}", 303)


async def _unsure(
    request: Request, visit: Visit, wish: PaymentWish, sent: Sent, key: str
) -> Response:
    """Billing did not answer in time: the same key asks again and cannot charge twice."""
    return await review_page(request, visit, wish, sent, UNSURE.status, refusal=UNSURE, key=key)


def _wish(form: Form, sent: Sent) -> PaymentWish:
    cents = form.value("custom_cents")
    return PaymentWish(
        choice=read_choice(form.value("choice")) or "single",
        invoice_ids=tuple(form.values("elsewhere")[:IDS_MAX]),
        custom_cents=int(cents) if cents.isascii() and cents.isdigit() else None,
        method=sent.method,
        save_method=form.has("save_method"),
    )


@router.get("/attempts/{key}")
async def follow(request: Request, visit: AccountVisit, key: Key) -> Response:
    """How the payment stands. Reloading or sharing this address changes nothing."""
    ports = visit.wiring.customers
    found = await follow_payment(visit.customer.of, key, ports.accounts, ports.begun, visit.now)
    if found.begun.what == "setup":
        return RedirectResponse("/account/methods?saved=method", 303)
    return _payment_page(request, visit, found, key)


def _payment_page(request: Request, visit: Visit, found: Followed, key: str) -> HTMLResponse:
    return account_page(
        request,
        visit,
        "payment.html",
        "pay",
        200,
        payment=found.row,
        begun=found.begun,
        state=found.state,
        base="/account",
        attempt_key=key,
        **waiting(0),
    )


@router.post("/attempts/{key}/refresh")
async def wait(request: Request, visit: AccountVisit, key: Key, tries: Tries = 0) -> Response:
    """Ask how it stands; the page's script does it by itself, the button by hand."""
    ports = visit.wiring.customers
    await ask_about_payment(visit.customer.of, key, ports.billing, ports.begun)
    found = await follow_payment(visit.customer.of, key, ports.accounts, ports.begun, visit.now)
    address = f"/account/attempts/{key}"
    if "hx-request" not in request.headers:
        return RedirectResponse(address, 303)
    if found.state != "confirming":
        return Response(status_code=204, headers={"HX-Redirect": address})
    return page(
        request,
        "waiting.html",
        200,
        base="/account",
        attempt_key=key,
        csrf_token=visit.csrf_token,
        **waiting(tries + 1),
    )
