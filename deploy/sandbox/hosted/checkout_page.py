"""The hosted checkout page: pay or save, by card or bank account, without any script."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from deploy.sandbox.api.errors import ApiError, PaymentFailedError
from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.engine import checkout, methods
from deploy.sandbox.engine.accounts import own_account
from deploy.sandbox.engine.checkout import Submission
from deploy.sandbox.hosted.look import money, page
from deploy.sandbox.hosted.offers import BANK_OFFERS, CARD_OFFERS
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json
from deploy.sandbox.state.world import World

router = APIRouter(prefix="/sandbox/stripe/checkout", include_in_schema=False)

AGREED: Json = {"customer_acceptance": {"type": "online"}}


class CheckoutForm(BaseModel):
    """What the page sends; which part counts depends on `kind`."""

    kind: str = "card"
    email: str = ""
    name: str = ""
    number: str = ""
    use: str = ""
    """A quick button: this test number instead of the typed one."""
    expiry: str = ""
    cvc: str = ""
    postal_code: str = ""
    routing_number: str = ""
    account_number: str = ""
    saved: str = ""
    save: str = ""


@dataclass(frozen=True)
class Shown:
    """What the page shows besides the session itself."""

    kind: str
    form: CheckoutForm
    error: str | None = None


def find_session(world: World, session_id: str) -> tuple[Scope, Json] | None:
    """Find a session and whose it is; None when there is no such session."""
    account = world.store.owner(session_id)
    session = None if account is None else world.store.read(account, session_id)
    if account is None or session is None or session["object"] != "checkout.session":
        return None
    return Scope(world, account), session


@router.get("/{session_id}")
async def show(
    world: TheWorld, session_id: str, method: Annotated[str, Query(alias="with")] = ""
) -> Response:
    """Show the page, or say why there is none any more."""
    found = find_session(world, session_id)
    if found is None:
        return page("gone.html", status=HTTPStatus.NOT_FOUND, session=None)
    scope, session = found
    if session["status"] != "open":
        return page("gone.html", status=HTTPStatus.GONE, session=session)
    return draw(scope, session, Shown(method, CheckoutForm(kind=method)))


@router.post("/{session_id}")
async def submit(
    world: TheWorld, session_id: str, form: Annotated[CheckoutForm, Form()]
) -> Response:
    """Try to pay or save; a decline shows the page again with the bank's words."""
    found = find_session(world, session_id)
    if found is None:
        return page("gone.html", status=HTTPStatus.NOT_FOUND, session=None)
    scope, session = found
    if session["status"] == "complete":  # a second press of the button
        return onwards(scope, session)
    if session["status"] != "open":
        return page("gone.html", status=HTTPStatus.GONE, session=session)
    try:
        session = _attempt(scope, session, form)
    except ApiError as refusal:
        fresh = scope.need(session_id, "checkout.session")
        return draw(scope, fresh, Shown(form.kind, form, str(refusal)), refusal.status)
    return onwards(scope, session)


def _attempt(scope: Scope, session: Json, form: CheckoutForm) -> Json:
    """Do it in one transaction; a declined attempt stays on the books."""
    declined: PaymentFailedError | None = None
    with scope.world.store.transaction():
        try:
            session = checkout.submit(scope, session, _submission(scope, session, form))
        except PaymentFailedError as refusal:
            declined = refusal
    if declined is not None:
        raise declined
    return session


def _submission(scope: Scope, session: Json, form: CheckoutForm) -> Submission:
    return Submission(
        _method(scope, session, form),
        name=form.name or None,
        email=form.email or None,
        save=form.save == "on",
        mandate_data=AGREED,
    )


def _method(scope: Scope, session: Json, form: CheckoutForm) -> Json:
    if form.saved:
        offered = {method["id"]: method for method in checkout.saved_methods(scope, session)}
        if form.saved not in offered:
            raise ApiError("That saved payment method is not available here.")
        return offered[form.saved]
    holder = {"name": form.name or "Jenny Rosen", "email": form.email}
    billing: Json = {"billing_details": {**holder, "address": {"postal_code": form.postal_code}}}
    if form.kind == "us_bank_account":
        bank = {
            "routing_number": form.routing_number.strip(),
            "account_number": form.use or form.account_number.strip(),
        }
        described = {"type": "us_bank_account", "us_bank_account": bank, **billing}
        return methods.from_params(scope, described)
    card = {"number": form.use or form.number, **_expiry(form.expiry)}
    return methods.from_params(scope, {"type": "card", "card": card, **billing})


def _expiry(typed: str) -> Json:
    month, _, year = typed.replace(" ", "").partition("/")
    if not month.isdecimal() or not year.isdecimal():
        return {}
    return {"exp_month": int(month), "exp_year": 2000 + int(year) % 100}


def onwards(scope: Scope, session: Json) -> Response:
    """Send the payer on: to 3-D Secure, or back to whoever sent them."""
    for intent_id in (session["payment_intent"], session["setup_intent"]):
        intent = scope.get(intent_id)
        if session["status"] == "open" and intent and intent["status"] == "requires_action":
            target = f"/sandbox/stripe/authenticate/{intent['id']}"
            return RedirectResponse(target, HTTPStatus.SEE_OTHER)
    target = str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)


def draw(scope: Scope, session: Json, shown: Shown, status: int = 200) -> Response:
    """Draw the page of an open session."""
    kinds = [kind for kind in session["payment_method_types"] if kind in _FORMS]
    saved = checkout.saved_methods(scope, session)
    usual = "saved" if saved else kinds[0]
    chosen = shown.kind if shown.kind in (*kinds, "saved") else usual
    return page(
        "checkout.html",
        status=status,
        leads_to=session["success_url"],
        session=session,
        lines=scope.private(session["id"])["line_items"],
        seller=_seller(scope),
        kinds=kinds,
        saved=saved,
        chosen=chosen,
        form=shown.form,
        error=shown.error,
        button=_button(session),
        card_offers=CARD_OFFERS,
        bank_offers=BANK_OFFERS,
        may_save=_may_save(session),
        email=_known_email(scope, session),
    )


_FORMS = ("card", "us_bank_account")
_VERBS = {"book": "Book", "donate": "Donate"}


def _button(session: Json) -> str:
    if session["mode"] == "setup":
        return "Save"
    verb = _VERBS.get(session["submit_type"] or "", "Pay")
    return f"{verb} {money(session['amount_total'], session['currency'])}"


def _may_save(session: Json) -> bool:
    options: dict[str, Any] = session["saved_payment_method_options"] or {}
    return options.get("payment_method_save") == "enabled"


def _known_email(scope: Scope, session: Json) -> str:
    customer = scope.get(session["customer"])
    known = session["customer_email"] or (customer or {}).get("email")
    return known or "payer@example.com"


def _seller(scope: Scope) -> str:
    account = own_account(scope)
    return (account.get("business_profile") or {}).get("name") or "Harbor & Pine"
