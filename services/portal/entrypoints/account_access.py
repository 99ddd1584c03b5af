"""Who is in front of an account's page: a person of a customer account, signed in by mail."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Depends, Request, Response

from services.portal.domain.account_access import SESSION_MAX, AccountSession
from services.portal.domain.links import form_token
from services.portal.entrypoints.wiring import Wiring, wiring_of
from services.portal.usecases.admit_customer import Customer, admit_customer, admit_session
from shared.identity import SAFE_METHODS, cookie_name, declares_caller
from shared.own_forms import require_own_form

COOKIE = "doorstep_account"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser with a session, whether or not an account is chosen."""

    session: AccountSession
    csrf_token: str


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer at one of our pages."""

    customer: Customer
    csrf_token: str
    wiring: Wiring
    now: datetime

    @property
    def today(self) -> date:
        """The company's local day: due and overdue go by it."""
        return self.now.astimezone(ZoneInfo(self.customer.company.company.time_zone)).date()

    @property
    def currency(self) -> str:
        """The company's."""
        return self.customer.company.company.currency


async def signed_in(request: Request) -> SignedIn:
    """The session of this browser; an unsafe request must come from one of our own forms."""
    secret = secret_of(request)
    wiring = wiring_of(request)
    session = await admit_session(secret, wiring.customers.sign_ins, wiring.clock())
    csrf_token = form_token(secret)
    if request.method not in SAFE_METHODS:
        await require_own_form(request, csrf_token)
    return SignedIn(session, csrf_token)


async def customer(request: Request) -> Visit:
    """The customer, read anew for every request."""
    found = await signed_in(request)
    wiring = wiring_of(request)
    ports = wiring.customers
    who = await admit_customer(found.session, ports.accounts, wiring.views, ports.settings)
    return Visit(who, found.csrf_token, wiring, wiring.clock())


declares_caller(signed_in, "a signed-in person of a customer account")
declares_caller(customer, "a person of a customer account")
Session = Annotated[SignedIn, Depends(signed_in)]
AccountVisit = Annotated[Visit, Depends(customer)]


def secret_of(request: Request) -> str:
    """What this browser got when it was let in; empty if it was not."""
    return request.cookies.get(cookie_name(COOKIE, request.app.state.config), "")


def let_customer_in(request: Request, response: Response, secret: str) -> None:
    """Give the browser its secret."""
    response.set_cookie(
        cookie_name(COOKIE, request.app.state.config),
        secret,
        max_age=int(SESSION_MAX.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.config.secure,
    )


def let_customer_out(request: Request, response: Response) -> None:
    """Take it back."""
    response.delete_cookie(
        cookie_name(COOKIE, request.app.state.config),
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.config.secure,
    )
