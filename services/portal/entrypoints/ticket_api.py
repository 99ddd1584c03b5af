"""JSON: tickets for programs and staff (R99-R106)."""

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.portal.domain.account_access import portal_offered
from services.portal.domain.refusals import UnknownAccountError
from services.portal.domain.ticket_refusals import (
    TicketsOffError,
    UnknownTicketError,
)
from services.portal.domain.tickets import Asker, Message, Ticket
from services.portal.entrypoints.account_tickets import after
from services.portal.entrypoints.cursors import read_moment
from services.portal.entrypoints.staff_frame import ApiReader, ApiWriter, company_of, name_of
from services.portal.entrypoints.ticket_inbox import reply_id
from services.portal.entrypoints.wiring import wiring_of
from services.portal.usecases.answer_ticket import AnswerTicket, answer_ticket
from services.portal.usecases.arrange_ticket import arrange_ticket
from services.portal.usecases.open_ticket import OpenTicket, open_ticket
from services.portal.usecases.ports_accounts import Account
from services.portal.usecases.ports_tickets import InboxWish, Stage, Whose
from shared.contracts.portal import TicketKind, TicketStatus
from shared.idempotency import IdempotencyKey
from shared.problem_answers import responses
from shared.problems import InvalidError, PlanWithoutPortalError

router = APIRouter(prefix="/api/portal/v1/tickets", tags=["tickets"])
Id = Annotated[str, Field(min_length=1, max_length=64)]
TicketId = Annotated[str, Path(max_length=64)]
Short = Annotated[str, Query(max_length=120)]


class In(BaseModel):
    """A request: nothing unknown is taken."""

    model_config = ConfigDict(extra="forbid", strict=True)


class TicketIn(In):
    """A ticket that staff open for a person of an account."""

    account_id: Id
    contact_id: Id
    kind: TicketKind = "question"
    category: Annotated[str, Field(max_length=60)] = ""
    subject: Annotated[str, Field(max_length=150)]
    text: Annotated[str, Field(max_length=5_000)]


class ReplyIn(In):
    """An answer; `status` is how the ticket stands afterwards."""

    text: Annotated[str, Field(max_length=5_000)]
    status: TicketStatus = "pending"


class ArrangeIn(In):
    """What is to be changed; what is left out stays. `assignee_staff_id` null: nobody."""

    status: TicketStatus | None = None
    category: Annotated[str, Field(max_length=60)] | None = None
    assignee_staff_id: Id | None = None


class MessageOut(BaseModel):
    """One message, as plain text."""

    message_id: str
    side: Literal["customer", "staff"]
    author: str
    way: Literal["page", "mail"]
    text: str
    note: str
    at: AwareDatetime


class TicketOut(BaseModel):
    """A ticket as it stands. `shown_status` is what the customer sees (R101, R102)."""

    ticket_id: str
    number: str
    account_id: str
    account_name: str
    contact_id: str
    customer_name: str
    kind: TicketKind
    category: str
    subject: str
    about: str
    status: TicketStatus
    shown_status: Literal["open", "closed"]
    assignee_staff_id: str | None
    opened_at: AwareDatetime
    last_message_from: Literal["customer", "staff"]
    last_message_at: AwareDatetime
    revision: int


class ThreadOut(TicketOut):
    """A ticket with its messages, the oldest first."""

    messages: list[MessageOut]


class TicketPage(BaseModel):
    """Some tickets; `cursor` leads to the next ones."""

    items: list[TicketOut]
    cursor: str | None


@router.get("", responses=responses(401, 403, 422))
async def list_tickets(
    request: Request,
    caller: ApiReader,
    *,
    status: Annotated[Stage, Query()] = "",
    category: Short = "",
    kind: Annotated[TicketKind | Literal[""], Query()] = "",
    assignee_staff_id: Annotated[str, Query(max_length=64)] = "",
    q: Short = "",
    cursor: Short = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 25,
) -> TicketPage:
    """The latest message first; `assignee_staff_id=none`: those of nobody."""
    wish = InboxWish(
        whose=_whose(assignee_staff_id),
        staff_id=assignee_staff_id,
        status=status,
        category=category,
        kind=kind,
        words=q,
    )
    before = read_moment(cursor)
    if cursor and before is None:
        raise InvalidError("Send the cursor of the page before, unchanged", field="cursor")
    tickets = wiring_of(request).customers.tickets
    rows = await tickets.inbox(caller.company_id, wish, before, limit + 1)
    shown = rows[:limit]
    return TicketPage(
        items=[_out(one) for one in shown], cursor=after(shown[-1]) if len(rows) > limit else None
    )


@router.post("", status_code=201, responses=responses(401, 403, 404, 422))
async def open_for_customer(
    request: Request, caller: ApiWriter, wish: TicketIn, key: IdempotencyKey
) -> TicketOut:
    """Open a ticket in a customer's name, for example after a call (R103, R104)."""
    wiring = wiring_of(request)
    ports = wiring.customers
    settings = await ports.settings.of(caller.company_id)
    if not portal_offered(await company_of(request, caller.company_id)):
        raise PlanWithoutPortalError
    if not settings.tickets:
        raise TicketsOffError
    row = await ports.accounts.account(Account(caller.company_id, wish.account_id))
    people = row.account.people if row and row.account.active else ()
    person = next((one for one in people if one.contact_id == wish.contact_id), None)
    if row is None or person is None:
        raise UnknownAccountError
    command = OpenTicket(
        company_id=caller.company_id,
        asker=Asker(row.account_id, row.account.name, person.contact_id, person.name, person.email),
        kind=wish.kind,
        category=wish.category,
        subject=wish.subject,
        text=wish.text,
        about="",
        key=hashlib.sha256(f"api {caller.company_id} {key}".encode()).hexdigest()[:32],
    )
    return _out(await open_ticket(command, settings, ports.tickets, ports.team, wiring.clock()))


@router.get("/{ticket_id}", responses=responses(401, 403, 404))
async def show(request: Request, caller: ApiReader, ticket_id: TicketId) -> ThreadOut:
    """One ticket with its thread."""
    return await _thread(request, caller.company_id, ticket_id)


@router.post("/{ticket_id}/replies", status_code=201, responses=responses(401, 403, 404, 422))
async def reply(
    request: Request, caller: ApiWriter, ticket_id: TicketId, wish: ReplyIn, key: IdempotencyKey
) -> ThreadOut:
    """Answer; the customer gets it by mail and can answer the mail."""
    wiring = wiring_of(request)
    command = AnswerTicket(
        company_id=caller.company_id,
        ticket_id=ticket_id,
        text=wish.text,
        status=wish.status,
        author=name_of(caller),
        key=reply_id(ticket_id, key),
    )
    await answer_ticket(
        command,
        wiring.customers.tickets,
        randomness=wiring.randomness,
        domain=request.app.state.config.inbound_mail_domain,
        now=wiring.clock(),
    )
    return await _thread(request, caller.company_id, ticket_id)


@router.patch("/{ticket_id}", responses=responses(401, 403, 404, 422))
async def arrange(
    request: Request, caller: ApiWriter, ticket_id: TicketId, wish: ArrangeIn
) -> TicketOut:
    """Assign it to exactly one member of staff, move it, or put it in another category."""
    ports = wiring_of(request).customers
    changed = await arrange_ticket(
        caller.company_id,
        ticket_id,
        ports.tickets,
        ports.team,
        status=wish.status,
        category=wish.category,
        assignee=wish.assignee_staff_id,
        unassign="assignee_staff_id" in wish.model_fields_set and wish.assignee_staff_id is None,
    )
    return _out(changed)


def _whose(assignee: str) -> Whose:
    if assignee == "none":
        return "unassigned"
    return "mine" if assignee else ""


async def _thread(request: Request, company_id: str, ticket_id: str) -> ThreadOut:
    tickets = wiring_of(request).customers.tickets
    ticket = await tickets.one(company_id, ticket_id)
    if ticket is None:
        raise UnknownTicketError
    messages = [_message(one) for one in await tickets.thread(company_id, ticket_id)]
    return ThreadOut(**_out(ticket).model_dump(), messages=messages)


def _message(one: Message) -> MessageOut:
    return MessageOut(
        message_id=one.message_id,
        side=one.side,
        author=one.author,
        way=one.way,
        text=one.text,
        note=one.note,
        at=one.at,
    )


def _out(ticket: Ticket) -> TicketOut:
    asker = ticket.asker
    return TicketOut(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        account_id=asker.account_id,
        account_name=asker.account_name,
        contact_id=asker.contact_id,
        customer_name=asker.name,
        kind=ticket.kind,
        category=ticket.category,
        subject=ticket.subject,
        about=ticket.about,
        status=ticket.status,
        shown_status=ticket.shown_status,
        assignee_staff_id=ticket.assignee_staff_id,
        opened_at=ticket.opened_at,
        last_message_from=ticket.last_message_from,
        last_message_at=ticket.last_message_at,
        revision=ticket.revision,
    )
