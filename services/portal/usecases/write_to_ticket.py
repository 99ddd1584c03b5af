"""A customer answers on his own ticket; a closed one is open again."""

from datetime import datetime

from services.portal.domain.tickets import TEXT_MAX, Message, Ticket, Way, heard
from services.portal.usecases.open_ticket import words_of
from services.portal.usecases.ports_tickets import Tickets


async def write_to_ticket(
    ticket: Ticket,
    text: str,
    tickets: Tickets,
    *,
    author: str,
    key: str,
    now: datetime,
    way: Way = "page",
    note: str = "",
) -> Ticket:
    """The same key again changes nothing. Raises TicketRefusedError."""
    message = Message(
        message_id=key,
        side="customer",
        author=author,
        way=way,
        text=words_of("text", text, TEXT_MAX),
        at=now,
        note=note,
    )
    return await tickets.change(
        ticket.company_id, ticket.ticket_id, lambda current: heard(current, message), key
    )
