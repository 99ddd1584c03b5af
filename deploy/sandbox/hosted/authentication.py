"""The 3-D Secure page: complete, fail, or walk away and leave it unfinished."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from deploy.sandbox.api.errors import PaymentFailedError
from deploy.sandbox.control.finding import TheWorld
from deploy.sandbox.engine import checkout, payments, session_state, setting_up
from deploy.sandbox.hosted.checkout_page import CheckoutForm, Shown, draw, onwards
from deploy.sandbox.hosted.look import page
from deploy.sandbox.state.scope import Scope
from deploy.sandbox.state.store import Json
from deploy.sandbox.state.world import World

router = APIRouter(prefix="/sandbox/stripe/authenticate", include_in_schema=False)

Step = Callable[[Scope, Json], Json]

_STEPS: dict[tuple[str, str], Step] = {
    ("payment_intent", "complete"): payments.pass_authentication,
    ("payment_intent", "fail"): payments.fail_authentication,
    ("setup_intent", "complete"): setting_up.pass_authentication,
    ("setup_intent", "fail"): setting_up.fail_authentication,
}


def _waiting(world: World, intent_id: str) -> tuple[Scope, Json] | None:
    account = world.store.owner(intent_id)
    if account is None:
        return None
    scope = Scope(world, account)
    intent = scope.get(intent_id)
    waiting = intent is not None and intent.get("status") == "requires_action"
    return (scope, intent) if intent is not None and waiting else None


@router.get("/{intent_id}")
async def show(world: TheWorld, intent_id: str) -> Response:
    """Ask the payer to prove who they are."""
    found = _waiting(world, intent_id)
    if found is None:
        return page("gone.html", status=HTTPStatus.GONE, session=None)
    scope, intent = found
    session = session_state.session_of(scope, intent)
    target = session["success_url"] if session else _return_url(intent)
    return page("authenticate.html", intent=intent, session=session, leads_to=target)


@router.post("/{intent_id}")
async def answer(
    world: TheWorld, intent_id: str, result: Annotated[Literal["complete", "fail"], Form()]
) -> Response:
    """Play the payer's answer and send them on."""
    found = _waiting(world, intent_id)
    if found is None:
        return page("gone.html", status=HTTPStatus.GONE, session=None)
    scope, intent = found
    return_url = _return_url(intent)
    failed = _play(scope, intent, result)
    intent = scope.need(intent_id, intent["object"])
    session = session_state.session_of(scope, intent)
    if session is None:
        return _back_to_caller(intent, return_url, failed=failed)
    if failed:
        shown = Shown("card", CheckoutForm(kind="card"), _failure(intent))
        return draw(scope, session, shown, HTTPStatus.PAYMENT_REQUIRED)
    return onwards(scope, session)


def _play(scope: Scope, intent: Json, result: str) -> bool:
    """Do what the answer leads to in one transaction; tells whether it failed."""
    failed = result == "fail"
    with scope.world.store.transaction():
        try:
            intent = _STEPS[intent["object"], result](scope, intent)
        except PaymentFailedError:  # it is on the books; the page tells the payer
            failed = True
        session = session_state.session_of(scope, intent)
        if session is not None:
            _follow(scope, session, intent)
    return failed


def _follow(scope: Scope, session: Json, intent: Json) -> Json:
    if intent["object"] == "setup_intent":
        return checkout.follow_setup(scope, session, intent)
    return checkout.follow_payment(scope, session, intent)


def _failure(intent: Json) -> str:
    failure = intent.get("last_payment_error") or intent.get("last_setup_error") or {}
    return str(failure.get("message") or "Your card was declined.")


def _return_url(intent: Json) -> str | None:
    redirect = (intent["next_action"] or {}).get("redirect_to_url") or {}
    url: str | None = redirect.get("return_url")
    return url


def _back_to_caller(intent: Json, target: str | None, *, failed: bool) -> Response:
    if target is None:
        return page("done.html", intent=intent, failed=failed)
    result = {
        intent["object"]: intent["id"],
        f"{intent['object']}_client_secret": intent["client_secret"],
        "redirect_status": "failed" if failed else "succeeded",
    }
    joint = "&" if "?" in target else "?"
    return RedirectResponse(f"{target}{joint}{urlencode(result)}", HTTPStatus.SEE_OTHER)
