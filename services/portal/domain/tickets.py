"""Tickets: what customers ask and what staff answer (R99-R106).

A ticket is opened, answered, assigned, moved and closed by functions that return the new ticket
with what is to be kept and told beside it. Numbers and revisions are given by the store.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

from shared.contracts import portal as told
from shared.contracts.portal import TicketKind, TicketStatus

Side = Literal["customer", "staff"]
Way = Literal["page", "mail"]

KINDS: Final[tuple[TicketKind, ...]] = ("question", "reschedule", "cancel")
STATUSES: Final[tuple[TicketStatus, ...]] = ("open", "pending", "on_hold", "closed")
UNFINISHED: Final[tuple[TicketStatus, ...]] = ("open", "pending", "on_hold")
"""All of them are `open` to the customer (R101)."""
SUBJECT_MAX = 150
TEXT_MAX = 5_000
FIRST_NUMBER = 101
REPLY_ADDRESSES_KEPT = 50
"""Answers to older mails of one ticket open a new one."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who a ticket belongs to: a person of a customer account."""

    account_id: str
    account_name: str
    contact_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a ticket: plain text, shown escaped. `message_id` makes it exist once."""

    message_id: str
    side: Side
    author: str
    way: Way
    text: str
    at: datetime
    note: str = ""
    """What was left out: attachments of a mail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A customer's question or request, and how it stands."""

    ticket_id: str
    company_id: str
    number: str
    asker: Asker
    kind: TicketKind
    category: str
    subject: str
    status: TicketStatus
    assignee_staff_id: str | None
    about: str
    """The visit or service that is to be moved or cancelled, in words; empty for a question."""
    opened_at: datetime
    last_message_from: Side
    last_message_at: datetime
    reply_digests: tuple[str, ...] = ()
    """SHA-256 of the secrets in the reply addresses that staff's mails carried."""
    revision: int = 1

    @property
    def closed(self) -> bool:
        """What the customer is shown as `closed` (R102)."""
        return self.status == "closed"

    @property
    def shown_status(self) -> Literal["open", "closed"]:
        """As the customer reads it: open, pending and on hold are all `open` (R101)."""
        return "closed" if self.closed else "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ticket to be opened; the store gives it its number."""

    ticket_id: str
    company_id: str
    asker: Asker
    kind: TicketKind
    category: str
    subject: str
    about: str
    assignee_staff_id: str | None
    first: Message

    def opened(self, number: int) -> Ticket:
        """The open ticket under its number: `T-101` (R104)."""
        return Ticket(
            ticket_id=self.ticket_id,
            company_id=self.company_id,
            number=f"T-{number}",
            asker=self.asker,
            kind=self.kind,
            category=self.category,
            subject=self.subject,
            status="open",
            assignee_staff_id=self.assignee_staff_id,
            about=self.about,
            opened_at=self.first.at,
            last_message_from=self.first.side,
            last_message_at=self.first.at,
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a ticket: what it is now, and the message that came with it."""

    ticket: Ticket
    message: Message | None = None
    reply_to: str = ""
    """The address the mail with a staff answer carries; empty: no mail."""

    def numbered(self, revision: int) -> "Step":
        """With the next revision, if it changes anything."""
        return replace(self, ticket=replace(self.ticket, revision=revision))


def heard(ticket: Ticket, message: Message) -> Step:
    """The customer wrote: what was pending, on hold or closed is open again."""
    return Step(_written(ticket, message, "open"), message)


def answered(
    ticket: Ticket, message: Message, *, status: TicketStatus, digest: str, reply_to: str
) -> Step:
    """Staff wrote: the customer gets it by mail, with an address that answers this ticket."""
    digests = (*ticket.reply_digests, digest)[-REPLY_ADDRESSES_KEPT:]
    written = replace(_written(ticket, message, status), reply_digests=digests)
    return Step(written, message, reply_to)


def _written(ticket: Ticket, message: Message, status: TicketStatus) -> Ticket:
    return replace(
        ticket,
        status=status,
        last_message_from=message.side,
        last_message_at=max(message.at, ticket.last_message_at),
    )


def assigned(ticket: Ticket, staff_id: str | None) -> Step:
    """To exactly one member of staff, or back to nobody."""
    return Step(replace(ticket, assignee_staff_id=staff_id))


def moved(ticket: Ticket, status: TicketStatus, category: str) -> Step:
    """Under another status or category."""
    return Step(replace(ticket, status=status, category=category))


def told_ticket(ticket: Ticket) -> told.Ticket:
    """As everybody may know it."""
    return told.Ticket(
        ticket_id=ticket.ticket_id,
        number=ticket.number,
        account_id=ticket.asker.account_id,
        account_name=ticket.asker.account_name,
        contact_id=ticket.asker.contact_id,
        customer_name=ticket.asker.name,
        kind=ticket.kind,
        category=ticket.category,
        subject=ticket.subject,
        status=ticket.status,
        assignee_staff_id=ticket.assignee_staff_id,
        last_message_from=ticket.last_message_from,
        last_message_at=ticket.last_message_at,
        revision=ticket.revision,
    )


def events_of(step: Step) -> list[told.TicketChangedV1 | told.TicketReplySentV1]:
    """What a change tells: how the ticket stands, and what is to be mailed."""
    ticket, message = told_ticket(step.ticket), step.message
    company_id = step.ticket.company_id
    events: list[told.TicketChangedV1 | told.TicketReplySentV1] = [
        told.TicketChangedV1(company_id=company_id, ticket=ticket)
    ]
    if message is not None and step.reply_to:
        reply = told.TicketReplySentV1(
            company_id=company_id,
            message_id=message.message_id,
            ticket=ticket,
            recipient=step.ticket.asker.email,
            reply_to=step.reply_to,
            text=message.text,
            sent_by=message.author,
        )
        events.append(reply)
    return events
