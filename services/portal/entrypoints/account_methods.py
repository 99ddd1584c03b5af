"""Cards and bank accounts on file, and autopay."""

from secrets import token_hex
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.account_money import usable_methods
from services.portal.domain.refusals import (
    AccountSwitchedOffError,
    PaymentRefusedError,
    UnknownAccountError,
    UnpayableError,
)
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.account_payment_words import AccountRefusal
from services.portal.usecases.change_autopay import change_autopay
from services.portal.usecases.change_method import change_method, set_up_method
from shared.idempotency import IdempotencyKey
from shared.problems import UnavailableError

router = APIRouter(prefix="/account", include_in_schema=False)
MethodId = Annotated[str, Path(max_length=64)]
Saved = Annotated[str, Query(max_length=16)]
AWAY = AccountRefusal(
    503, "unavailable", "This is not possible for a moment", "Nothing was changed. Try again."
)
REFUSED = AccountRefusal(
    409, "refused", "This was not changed", "Open the page again to see how it stands."
)


@router.get("/methods")
async def methods(request: Request, visit: AccountVisit, saved: Saved = "") -> HTMLResponse:
    """What is on file."""
    return await _methods_page(request, visit, saved=saved)


async def _methods_page(
    request: Request, visit: Visit, status: int = 200, **more: object
) -> HTMLResponse:
    accounts, of = visit.wiring.customers.accounts, visit.customer.of
    autopay = await accounts.autopay(of)
    return account_page(
        request,
        visit,
        "methods.html",
        "methods",
        status,
        methods=await accounts.methods(of),
        autopay=autopay if autopay and autopay.enrolled else None,
        key=token_hex(16),
        **{"saved": "", "refusal": None, **more},
    )


@router.get("/methods/{method_id}/remove")
async def ask_to_remove(request: Request, visit: AccountVisit, method_id: MethodId) -> Response:
    """Whether it really goes, and what follows."""
    accounts, of = visit.wiring.customers.accounts, visit.customer.of
    found = next((m for m in await accounts.methods(of) if m.method_id == method_id), None)
    if found is None:
        raise UnknownAccountError
    if not visit.customer.terms.may_change(found.kind):
        return RedirectResponse("/account/methods", 303)
    autopay = await accounts.autopay(of)
    used = bool(autopay and autopay.enrolled and autopay.method_id == method_id)
    return account_page(
        request, visit, "remove_method.html", "methods", method=found, pays_automatically=used
    )


@router.post("/methods/{method_id}/{action}")
async def change(
    request: Request, visit: AccountVisit, method_id: MethodId, action: Literal["default", "remove"]
) -> Response:
    """Make it the first one, or take it off file (R87, R88)."""
    ports = visit.wiring.customers
    try:
        await change_method(visit.customer, method_id, action, ports.accounts, ports.billing)
    except UnavailableError:
        return await _methods_page(request, visit, 503, refusal=AWAY)
    except PaymentRefusedError:
        return await _methods_page(request, visit, 409, refusal=REFUSED)
    return RedirectResponse(f"/account/methods?saved={action}", 303)


@router.post("/methods")
async def add(
    request: Request,
    visit: AccountVisit,
    key: IdempotencyKey,
    kind: Annotated[Literal["card", "us_bank_account"], Form()],
) -> Response:
    """Off to the provider to enter a new one."""
    ports = visit.wiring.customers
    address = f"{request.app.state.config.public_url}/account"
    try:
        started = await set_up_method(
            visit.customer,
            kind,
            key[:64],
            ports.billing,
            ports.begun,
            done_url=f"{address}/attempts/{key[:64]}",
            back_url=f"{address}/methods",
            now=visit.now,
        )
    except UnavailableError:
        return await _methods_page(request, visit, 503, refusal=AWAY)
    except PaymentRefusedError:
        return await _methods_page(request, visit, 409, refusal=REFUSED)
    return RedirectResponse(started.url or "/account/methods", 303)


@router.get("/autopay")
async def autopay(request: Request, visit: AccountVisit, saved: Saved = "") -> HTMLResponse:
    """Enrolled or not, and what it means (R83-R86)."""
    return await _autopay_page(request, visit, saved=saved)


async def _autopay_page(
    request: Request, visit: Visit, status: int = 200, **more: object
) -> HTMLResponse:
    accounts, of = visit.wiring.customers.accounts, visit.customer.of
    held = await accounts.autopay(of)
    enrolled = held if held and held.enrolled else None
    if enrolled is None and not visit.customer.terms.autopay:
        raise AccountSwitchedOffError("The company does not offer autopay.")
    methods = usable_methods(tuple(await accounts.methods(of)), visit.customer.terms)
    return account_page(
        request,
        visit,
        "autopay.html",
        "autopay",
        status,
        autopay=enrolled,
        methods=methods,
        method=next((m for m in methods if enrolled and m.method_id == enrolled.method_id), None),
        key=token_hex(16),
        **{"saved": "", "refusal": None, "error": "", **more},
    )


@router.post("/autopay")
async def enrol(
    request: Request,
    visit: AccountVisit,
    key: IdempotencyKey,
    enrolled: Annotated[Literal["yes", "no"], Form()],
    method_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Enrol with one method, or leave."""
    ports = visit.wiring.customers
    chosen = method_id if enrolled == "yes" else None
    try:
        await change_autopay(visit.customer, chosen, key[:64], ports.accounts, ports.billing)
    except UnpayableError as error:
        return await _autopay_page(request, visit, 422, error=error.message)
    except UnavailableError:
        return await _autopay_page(request, visit, 503, refusal=AWAY)
    except PaymentRefusedError:
        return await _autopay_page(request, visit, 409, refusal=REFUSED)
    return RedirectResponse(f"/account/autopay?saved={enrolled}", 303)
