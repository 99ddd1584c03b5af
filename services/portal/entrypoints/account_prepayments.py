"""Paying in advance, where the company allows it (R89, R90)."""

from secrets import token_hex
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.account_money import Terms, usable_method, usable_methods
from services.portal.domain.refusals import (
    AccountSwitchedOffError,
    PaymentRefusedError,
    UnpayableError,
)
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.account_payment_words import UNSURE, why_not
from services.portal.entrypoints.cursors import CURSOR_MAX, read_moment, write_cursor
from services.portal.usecases.ports_accounts import PaymentKind, PaymentOrder
from services.portal.usecases.prepay_account import prepay_account
from shared.contracts.billing_accounts import SavedMethod
from shared.idempotency import IdempotencyKey
from shared.problems import UnavailableError
from shared.ui import Form

router = APIRouter(prefix="/account/prepayments", include_in_schema=False)
LISTED = 50
Before = Annotated[str, Query(max_length=CURSOR_MAX)]


@router.get("")
async def prepayments(request: Request, visit: AccountVisit, before: Before = "") -> HTMLResponse:
    """What was paid in advance, what of it is left, and the form for more."""
    return await _prepayments_page(request, visit, Form(), before=before)


async def _prepayments_page(
    request: Request,
    visit: Visit,
    form: Form,
    status: int = 200,
    *,
    before: str = "",
    **more: object,
) -> HTMLResponse:
    if not visit.customer.terms.prepayments:
        raise AccountSwitchedOffError("The company does not take prepayments here.")
    methods = usable_methods(await _held(visit), visit.customer.terms)
    first = f"saved:{methods[0].method_id}" if methods else "card"
    found = await visit.wiring.customers.accounts.prepayments(
        visit.customer.of, read_moment(before), LISTED + 1
    )
    listed = found[:LISTED]
    last = (
        (listed[-1].at.isoformat(), listed[-1].prepayment.prepayment_id)
        if len(found) > LISTED
        else None
    )
    return account_page(
        request,
        visit,
        "prepayments.html",
        "prepayments",
        status,
        listed=[row.prepayment for row in listed],
        older=write_cursor(last),
        before=before,
        methods=methods,
        method=form.value("method") or first,
        **{"form": form, "key": token_hex(16), "refusal": None, **more},
    )


async def _held(visit: Visit) -> tuple[SavedMethod, ...]:
    """Every method on file, also those that cannot pay now."""
    return tuple(await visit.wiring.customers.accounts.methods(visit.customer.of))


@router.post("")
async def prepay(request: Request, visit: AccountVisit, key: IdempotencyKey) -> Response:
    """Take it: off to the provider, or to the page that follows it."""
    form = Form.posted((await request.form()).multi_items())
    amount = form.cents("amount", "Enter an amount", currency=visit.currency)
    method = _chosen(form, await _held(visit), visit.customer.terms)
    if amount is None or method is None:
        return await _prepayments_page(request, visit, form, 422)
    kind, method_id, pays = method
    address = f"{request.app.state.config.public_url}/account"
    order = PaymentOrder(
        invoice_ids=None,
        custom_cents=None,
        prepay_rest=True,
        amount_cents=amount,
        kind=kind,
        method_id=method_id,
        save_method=form.has("save_method") and kind != "saved",
        success_url=f"{address}/attempts/{key[:64]}",
        cancel_url=f"{address}/prepayments",
        key=key[:64],
    )
    ports = visit.wiring.customers.paying
    try:
        started = await prepay_account(visit.customer, order, pays, ports, now=visit.now)
    except UnpayableError as error:
        form.refuse("methods", error.message)
        return await _prepayments_page(request, visit, form, 422)
    except PaymentRefusedError as error:
        refusal = why_not(error, amount, visit.currency)
        return await _prepayments_page(request, visit, form, refusal.status, refusal=refusal)
    except UnavailableError:
        return await _prepayments_page(request, visit, form, UNSURE.status, refusal=UNSURE, key=key)
    return RedirectResponse(started.url or f"/account/attempts/{key[:64]}", 303)


def _chosen(
    form: Form, methods: tuple[SavedMethod, ...], terms: Terms
) -> tuple[PaymentKind, str, str] | None:
    """How it is asked for, by which method on file, and the kind whose maximum counts.

    Raises UnknownAccountError for a method that is not theirs.
    """
    value, _, method_id = form.value("method").partition(":")
    if value == "saved":
        found = usable_method(methods, terms, method_id)
        if found is not None:
            return "saved", found.method_id, found.kind
    for kind in terms.kinds:
        if value == kind:
            return kind, "", kind
    form.refuse("methods", "Choose how you will be paying")
    return None
