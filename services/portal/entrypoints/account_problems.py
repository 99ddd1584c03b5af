"""What people of customer accounts see when something is refused."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI, Request
from fastapi.responses import RedirectResponse, Response

from services.portal.domain.refusals import (
    AccountNotChosenError,
    AccountSwitchedOffError,
    PortalNotOfferedError,
    SignedOutError,
    SignInLinkEndedError,
    UnknownAccountError,
)
from services.portal.entrypoints.account_access import let_customer_out
from shared.problem_answers import problem_response
from shared.problems import RefusalError
from shared.webapp import page

SIGN_IN = "/account/sign-in"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a problem page."""

    status: int
    title: str
    happened: str
    next_step: str
    action: tuple[str, str] | None


_WORDS: dict[type[RefusalError], tuple[str, str, tuple[str, str] | None]] = {
    SignInLinkEndedError: (
        "A link from an email works once, and for 15 minutes.",
        "Have a new one sent to you.",
        ("Email me a new link", SIGN_IN),
    ),
    PortalNotOfferedError: (
        "The company does not offer online accounts at the moment.",
        "Call or write to them; they can tell you what is due.",
        None,
    ),
    UnknownAccountError: (
        "It may have been moved, or it belongs to another account.",
        "Go back to your account and look for it there.",
        ("Your account", "/account"),
    ),
    AccountSwitchedOffError: ("", "Ask the company if you need it.", ("Your account", "/account")),
}


def install(app: FastAPI) -> None:
    """Register the pages for the refusals people of accounts meet."""
    app.add_exception_handler(SignedOutError, _to(SIGN_IN, forget=True))
    app.add_exception_handler(AccountNotChosenError, _to("/account/choose"))
    for refusal in _WORDS:
        app.add_exception_handler(refusal, _told)


def _to(path: str, *, forget: bool = False) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def go(request: Request, _error: Exception) -> Response:
        response: Response
        if "hx-request" in request.headers:
            response = Response(status_code=204, headers={"HX-Redirect": path})
        else:
            response = RedirectResponse(path, 303)
        if forget:
            let_customer_out(request, response)
        return response

    return go


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusalError)  # noqa: S101 - registered for refusals only
    if request.url.path.startswith("/internal/"):
        return problem_response(request, error)
    happened, next_step, action = _WORDS[type(error)]
    words = Words(error.status, error.title, happened or error.detail, next_step, action)
    return page(request, "problem.html", error.status, problem=words, brand=None)
