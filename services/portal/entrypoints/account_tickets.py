"""Tickets of an account: the lists, a new one, one with its thread (R99-R106)."""

import hashlib
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.inbound_mail import company_address
from services.portal.domain.refusals import UnknownAccountError
from services.portal.domain.ticket_refusals import TicketRefusedError
from services.portal.domain.ticket_rules import (
    categories,
    preselected,
    require_list,
    require_tickets,
    require_visible,
)
from services.portal.domain.tickets import KINDS, Asker, Ticket
from services.portal.entrypoints.account_access import AccountVisit, Visit
from services.portal.entrypoints.account_frame import account_page
from services.portal.entrypoints.account_services import subject_of
from services.portal.entrypoints.cursors import read_moment, write_cursor
from services.portal.usecases.open_ticket import OpenTicket, open_ticket
from services.portal.usecases.write_to_ticket import write_to_ticket
from shared.contracts.portal import TicketKind
from shared.idempotency import IdempotencyKey
from shared.ui import Form

router = APIRouter(prefix="/account/tickets", include_in_schema=False)
SHOWN = 25
Short = Annotated[str, Query(max_length=120)]
TicketId = Annotated[str, Path(max_length=64)]
HEADINGS = {
    "question": "Submit a ticket",
    "reschedule": "Ask to reschedule",
    "cancel": "Ask to cancel",
}


@router.get("")
async def lists(
    request: Request, visit: AccountVisit, show: Short = "", before: Short = ""
) -> HTMLResponse:
    """Open tickets, or closed ones, as far as the company shows them (R101, R102)."""
    settings = visit.customer.settings
    require_tickets(settings)
    closed = show == "closed" or (not show and not settings.open_tickets)
    require_list(settings, closed=closed)
    rows = await visit.wiring.customers.tickets.of_account(
        visit.customer.of, closed=closed, before=read_moment(before), limit=SHOWN + 1
    )
    shown = rows[:SHOWN]
    return account_page(
        request,
        visit,
        "tickets.html",
        "tickets",
        rows=shown,
        closed=closed,
        shows=settings,
        older=after(shown[-1]) if len(rows) > SHOWN else "",
        before=before,
        write_to=_address(request, visit),
    )


@router.get("/new")
async def new(
    request: Request,
    visit: AccountVisit,
    kind: Short = "question",
    visit_id: Annotated[str, Query(alias="visit", max_length=64)] = "",
    recurring: Annotated[str, Query(max_length=64)] = "",
) -> HTMLResponse:
    """The form; for a visit or service it says which one."""
    require_tickets(visit.customer.settings)
    wanted = _kind(kind)
    about = await subject_of(visit, visit_id, recurring)
    first = {
        "kind": wanted,
        "visit": visit_id,
        "recurring": recurring,
        "category": preselected(visit.customer.settings, wanted),
        "subject": f"{HEADINGS[wanted].removeprefix('Ask to ').capitalize()}: {about}"
        if about
        else "",
    }
    return _new_page(request, visit, Form(first), wanted, about)


@router.post("/new")
async def submit(request: Request, visit: AccountVisit, key: IdempotencyKey) -> Response:
    """It is an open ticket from now on (R104)."""
    customer = visit.customer
    require_tickets(customer.settings)
    form = Form.posted((await request.form()).multi_items())
    kind = _kind(form.value("kind", "question"))
    about = await subject_of(visit, form.value("visit")[:64], form.value("recurring")[:64])
    account, person = customer.account.account, customer.person
    wish = OpenTicket(
        company_id=customer.of.company_id,
        asker=Asker(account.account_id, account.name, person.contact_id, person.name, person.email),
        kind=kind,
        category=form.value("category"),
        subject=form.value("subject"),
        text=form.value("text"),
        about=about,
        key=_once("ticket", customer.of.account_id, key),
    )
    ports = visit.wiring.customers
    try:
        ticket = await open_ticket(wish, customer.settings, ports.tickets, ports.team, visit.now)
    except TicketRefusedError as refusal:
        form.refuse(refusal.field, refusal.message)
        return _new_page(request, visit, form, kind, about, status=422)
    if customer.settings.open_tickets:
        return RedirectResponse(f"/account/tickets/{ticket.ticket_id}?sent=yes", 303)
    return RedirectResponse("/account/tickets/thanks", 303)


@router.get("/thanks")
async def thanks(request: Request, visit: AccountVisit) -> HTMLResponse:
    """The company takes tickets and does not show them."""
    require_tickets(visit.customer.settings)
    return account_page(request, visit, "ticket_sent.html", "tickets")


@router.get("/{ticket_id}")
async def one(
    request: Request, visit: AccountVisit, ticket_id: TicketId, sent: Short = ""
) -> HTMLResponse:
    """The thread."""
    ticket = await _own(visit, ticket_id)
    return await _ticket_page(request, visit, ticket, Form(), sent=bool(sent))


@router.post("/{ticket_id}")
async def write(
    request: Request, visit: AccountVisit, ticket_id: TicketId, key: IdempotencyKey
) -> Response:
    """Write on it; a closed one is open again."""
    ticket = await _own(visit, ticket_id)
    form = Form.posted((await request.form()).multi_items())
    try:
        await write_to_ticket(
            ticket,
            form.value("text"),
            visit.wiring.customers.tickets,
            author=visit.customer.person.name,
            key=_once("message", ticket.ticket_id, key),
            now=visit.now,
        )
    except TicketRefusedError as refusal:
        form.refuse(refusal.field, refusal.message)
        return await _ticket_page(request, visit, ticket, form, 422)
    return RedirectResponse(f"/account/tickets/{ticket_id}?sent=yes", 303)


def after(ticket: Ticket) -> str:
    """The cursor behind a row."""
    return write_cursor((ticket.last_message_at.isoformat(), ticket.ticket_id))


async def _own(visit: Visit, ticket_id: str) -> Ticket:
    """Another customer's ticket, or one of a list that is not shown, is not there."""
    require_tickets(visit.customer.settings)
    of = visit.customer.of
    ticket = await visit.wiring.customers.tickets.one(of.company_id, ticket_id)
    if ticket is None or ticket.asker.account_id != of.account_id:
        raise UnknownAccountError
    require_visible(visit.customer.settings, ticket)
    return ticket


async def _ticket_page(
    request: Request, visit: Visit, ticket: Ticket, form: Form, status: int = 200, **more: object
) -> HTMLResponse:
    thread = await visit.wiring.customers.tickets.thread(ticket.company_id, ticket.ticket_id)
    return account_page(
        request,
        visit,
        "ticket.html",
        "tickets",
        status,
        ticket=ticket,
        thread=thread,
        key=uuid4().hex,
        **{"sent": False, **more, "form": form},
    )


def _new_page(
    request: Request, visit: Visit, form: Form, kind: TicketKind, about: str, *, status: int = 200
) -> HTMLResponse:
    offered = categories(visit.customer.settings, kind)
    return account_page(
        request,
        visit,
        "ticket_new.html",
        "tickets",
        status,
        form=form,
        heading=HEADINGS[kind],
        kind=kind,
        about=about,
        offered=[(one, one) for one in offered],
        key=uuid4().hex,
        write_to=_address(request, visit) if kind == "question" else "",
    )


def _kind(text: str) -> TicketKind:
    return next((kind for kind in KINDS if kind == text), "question")


def _address(request: Request, visit: Visit) -> str:
    """Where customers may also write to, if this installation takes mail."""
    config = request.app.state.config
    if not config.inbound_mail_secret.get_secret_value():
        return ""
    return company_address(visit.customer.of.company_id, config.inbound_mail_domain)


def _once(what: str, of: str, key: str) -> str:
    return hashlib.sha256(f"{what} {of} {key}".encode()).hexdigest()[:32]
