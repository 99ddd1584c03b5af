"""What people see whose link does not open anything, and other refusals of these pages."""

from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response
from pymongo.errors import PyMongoError

from services.portal.domain.refusals import (
    LinkEndedError,
    PageNotReadyError,
    PreviewOnlyError,
    ReportLockedError,
    UnknownDocumentError,
    UnknownLinkError,
)
from services.portal.entrypoints.look import brand_of
from services.portal.entrypoints.wiring import wiring_of
from shared.problem_answers import problem_response
from shared.problems import RefusalError
from shared.ui import Brand, Form
from shared.webapp import page

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Problem:
    """The words of a problem page."""

    status: int
    title: str
    happened: str
    next_step: str = ""
    action: tuple[str, str] | None = None


_LINK_ENDED = Problem(
    410,
    "This link has ended",
    "It has expired, or a newer one took its place. Nothing is lost.",
    "Look for a newer email from us, or have a new link sent to your address.",
)
_LINK_UNKNOWN = Problem(
    404,
    "This link does not work",
    "It may be incomplete: some mail programs cut long addresses.",
    "Open it from the email again, or have a new link sent to your address.",
)


def install(app: FastAPI) -> None:
    """Register the pages for the refusals people meet here."""
    app.add_exception_handler(UnknownLinkError, _link_problem)
    app.add_exception_handler(LinkEndedError, _link_problem)
    for refusal in (
        PageNotReadyError,
        PreviewOnlyError,
        ReportLockedError,
        UnknownDocumentError,
    ):
        app.add_exception_handler(refusal, _refusal_page)


async def _link_problem(request: Request, error: Exception) -> Response:
    if not wants_page(request):
        return problem_response(request, _as_refusal(error))
    if isinstance(error, LinkEndedError):
        brand = await _brand(request, error.company_id)
        return _link_page(request, _LINK_ENDED, brand, error.link_id)
    return _link_page(request, _LINK_UNKNOWN, None, "")


def _link_page(
    request: Request, problem: Problem, brand: Brand | None, link_id: str
) -> HTMLResponse:
    return page(
        request,
        "link_problem.html",
        problem.status,
        problem=problem,
        brand=brand,
        link_id=link_id,
        form=None,
        asked=False,
    )


def new_link_page(request: Request, form: Form | None, link_id: str) -> HTMLResponse:
    """After asking: the same words for everybody, or the form again with what is wrong."""
    problem = Problem(
        200 if form is None else 422,
        "Check your inbox" if form is None else "Email me a new link",
        "If that address belongs to this inspection, a new link is on its way to it."
        if form is None
        else "Type the address that the first email went to.",
        "It can take a few minutes. Nothing arrived? Look in your spam folder, or call the company."
        if form is None
        else "",
    )
    return page(
        request,
        "link_problem.html",
        problem.status,
        problem=problem,
        brand=None,
        link_id=link_id,
        form=form,
        asked=form is None,
    )


_WORDS = {
    PageNotReadyError: ("This page is being prepared", "Reload it in a moment."),
    PreviewOnlyError: ("You are previewing", "Go back to look further."),
    ReportLockedError: ("The report is locked", "Go back to your inspection to see what is left."),
    UnknownDocumentError: ("There is no such document", "Go back and choose it from the list."),
}


async def _refusal_page(request: Request, error: Exception) -> Response:
    refusal = _as_refusal(error)
    if not wants_page(request):
        return problem_response(request, refusal)
    title, next_step = _WORDS[type(refusal)]
    words = Problem(refusal.status, title, refusal.detail, next_step)
    response = page(request, "problem.html", refusal.status, problem=words, brand=None)
    if isinstance(refusal, PageNotReadyError):
        response.headers["Retry-After"] = str(refusal.retry_after_seconds)
    return response


def _as_refusal(error: Exception) -> RefusalError:
    assert isinstance(error, RefusalError)  # noqa: S101 - registered for refusals only
    return error


def wants_page(request: Request) -> bool:
    """Whether a person's browser asks: these addresses have no other callers but our services."""
    return not request.url.path.startswith(("/internal/", "/api/"))


async def _brand(request: Request, company_id: str) -> Brand | None:
    try:
        company = await wiring_of(request).views.company(company_id)
    except PyMongoError:  # the page says what it can without the company's name
        log.warning("company not read for a link problem")
        return None
    return brand_of(company) if company else None
