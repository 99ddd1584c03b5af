"""Staff: the tickets of all customers, and one with its thread (R99-R106)."""

import hashlib
from typing import Annotated, Literal, cast, get_args
from urllib.parse import urlencode
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.portal.domain.ticket_refusals import TicketRefusedError, UnknownTicketError
from services.portal.domain.ticket_rules import every_category
from services.portal.domain.tickets import STATUSES, Ticket
from services.portal.entrypoints.account_tickets import after
from services.portal.entrypoints.cursors import read_moment
from services.portal.entrypoints.staff_frame import Reader, Writer, staff_view
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.answer_ticket import AnswerTicket, answer_ticket
from services.portal.usecases.arrange_ticket import arrange_ticket
from services.portal.usecases.ports_tickets import InboxWish, Stage, Whose
from shared.contracts.portal import TicketKind, TicketStatus
from shared.idempotency import IdempotencyKey
from shared.identity import Permission, Staff
from shared.ui import Form

PATH = "/staff/portal/tickets"
router = APIRouter(include_in_schema=False)
SHOWN = 25
Short = Annotated[str, Query(max_length=120)]
TicketId = Annotated[str, Path(max_length=64)]
STATUS_WORDS = {"open": "Open", "pending": "Pending", "on_hold": "On hold", "closed": "Closed"}
KIND_WORDS = {
    "question": "Question",
    "reschedule": "Reschedule request",
    "cancel": "Cancel request",
}


@router.get(PATH)
async def inbox(
    request: Request,
    staff: Reader,
    *,
    whose: Annotated[Whose, Query()] = "",
    status: Annotated[Stage, Query()] = "unfinished",
    category: Short = "",
    kind: Annotated[TicketKind | Literal[""], Query()] = "",
    q: Short = "",
    before: Short = "",
) -> HTMLResponse:
    """The latest message first; the list refreshes itself when an alert comes in."""
    ports = wiring_of(request).customers
    wish = InboxWish(
        whose=whose, staff_id=staff.staff_id, status=status, category=category, kind=kind, words=q
    )
    rows = await ports.tickets.inbox(staff.company_id, wish, read_moment(before), SHOWN + 1)
    shown = rows[:SHOWN]
    settings = await ports.settings.of(staff.company_id)
    wanted = {"whose": whose, "status": status, "category": category, "kind": kind, "q": q}
    return await staff_view(
        request,
        staff,
        "tickets.html",
        "tickets",
        path=PATH,
        rows=shown,
        wanted=wanted,
        query=urlencode({name: value for name, value in wanted.items() if name != "whose"}),
        older=f"{PATH}?{urlencode({**wanted, 'before': after(shown[-1])})}"
        if len(rows) > SHOWN
        else "",
        newest=f"{PATH}?{urlencode(wanted)}" if before else "",
        counts=await ports.tickets.counts(staff.company_id, staff.staff_id),
        names=await _names(request, staff),
        categories=[(one, one) for one in every_category(settings)],
        kinds=list(KIND_WORDS.items()),
        statuses=[("unfinished", "Not closed"), *STATUS_WORDS.items()],
        status_words=STATUS_WORDS,
        kind_words=KIND_WORDS,
        tickets_on=settings.tickets,
    )


@router.get(f"{PATH}/{{ticket_id}}")
async def one(
    request: Request, staff: Reader, ticket_id: TicketId, done: Short = ""
) -> HTMLResponse:
    """Thread, answer, and who and what it is."""
    return await _ticket_page(request, staff, await _find(request, staff, ticket_id), done=done)


@router.post(f"{PATH}/{{ticket_id}}/reply")
async def reply(
    request: Request, staff: Writer, ticket_id: TicketId, key: IdempotencyKey
) -> Response:
    """Answer; the customer gets it by mail."""
    form = Form.posted((await request.form()).multi_items())
    status = form.choice("status", STATUSES, "Choose a status")
    wiring = wiring_of(request)
    ticket = await _find(request, staff, ticket_id)
    if form.ok:
        wish = AnswerTicket(
            company_id=staff.company_id,
            ticket_id=ticket_id,
            text=form.value("text"),
            status=cast("TicketStatus", status),
            author=staff.name,
            key=reply_id(ticket_id, key),
        )
        try:
            await answer_ticket(
                wish,
                wiring.customers.tickets,
                randomness=wiring.randomness,
                domain=request.app.state.config.inbound_mail_domain,
                now=wiring.clock(),
            )
        except TicketRefusedError as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            return RedirectResponse(f"{PATH}/{ticket_id}?done=reply", 303)
    return await _ticket_page(request, staff, ticket, form=form, status=422)


@router.post(f"{PATH}/{{ticket_id}}/arrange")
async def arrange(request: Request, staff: Writer, ticket_id: TicketId) -> Response:
    """Assign to exactly one, change status or category."""
    form = Form.posted((await request.form()).multi_items())
    status = form.choice("status", STATUSES, "Choose a status")
    if len(form.values("assignee_staff_id")) > 1:
        form.refuse("assignee_staff_id", "Choose exactly one person")
    ports = wiring_of(request).customers
    ticket = await _find(request, staff, ticket_id)
    offered = {*every_category(await ports.settings.of(staff.company_id)), ticket.category, ""}
    category = form.value("category")
    if category not in offered:
        form.refuse("category", "Choose one of the categories")
    assignee = form.value("assignee_staff_id")
    if form.ok:
        try:
            await arrange_ticket(
                staff.company_id,
                ticket_id,
                ports.tickets,
                ports.team,
                status=cast("TicketStatus", status),
                category=category,
                assignee=assignee if assignee and assignee != ticket.assignee_staff_id else None,
                unassign=not assignee,
            )
        except TicketRefusedError as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            return RedirectResponse(f"{PATH}/{ticket_id}?done=saved", 303)
    return await _ticket_page(request, staff, ticket, form=form, status=422)


def reply_id(ticket_id: str, key: str) -> str:
    """The id of the message that a request makes: the same key, the same message."""
    return hashlib.sha256(f"reply {ticket_id} {key}".encode()).hexdigest()[:32]


async def _find(request: Request, staff: Staff, ticket_id: str) -> Ticket:
    ticket = await wiring_of(request).customers.tickets.one(staff.company_id, ticket_id)
    if ticket is None:
        raise UnknownTicketError
    return ticket


async def _ticket_page(
    request: Request,
    staff: Staff,
    ticket: Ticket,
    *,
    form: Form | None = None,
    status: int = 200,
    done: str = "",
) -> HTMLResponse:
    ports = wiring_of(request).customers
    settings = await ports.settings.of(staff.company_id)
    names = await _names(request, staff)
    held = [ticket.category] if ticket.category else []
    return await staff_view(
        request,
        staff,
        "ticket.html",
        "tickets",
        status,
        path=PATH,
        ticket=ticket,
        thread=await ports.tickets.thread(staff.company_id, ticket.ticket_id),
        form=form or Form(),
        done=done,
        names=names,
        team=list(names.items()),
        statuses=[(one, STATUS_WORDS[one]) for one in get_args(TicketStatus)],
        categories=[(one, one) for one in dict.fromkeys((*every_category(settings), *held))],
        status_words=STATUS_WORDS,
        kind_words=KIND_WORDS,
        may_write=staff.may(Permission.SCHEDULE),
        key=uuid4().hex,
    )


async def _names(request: Request, staff: Staff) -> dict[str, str]:
    team = await wiring_of(request).customers.team.active(staff.company_id)
    return {member.staff_id: member.name for member in team}
