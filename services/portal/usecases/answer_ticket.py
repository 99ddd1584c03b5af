"""Staff answer a ticket; the customer gets it by mail and can answer the mail."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.inbound_mail import reply_address, secret_from
from services.portal.domain.links import token_digest
from services.portal.domain.tickets import TEXT_MAX, Message, Ticket, answered
from services.portal.usecases.mint_link import Randomness
from services.portal.usecases.open_ticket import words_of
from services.portal.usecases.ports_tickets import Tickets
from shared.contracts.portal import TicketStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTicket:
    """What staff wrote, and how the ticket stands afterwards. `key` makes it happen once."""

    company_id: str
    ticket_id: str
    text: str
    status: TicketStatus
    author: str
    key: str


async def answer_ticket(
    wish: AnswerTicket, tickets: Tickets, *, randomness: Randomness, domain: str, now: datetime
) -> Ticket:
    """The database keeps a hash of the reply address' secret; the mail alone has the secret.

    Raises UnknownTicketError and TicketRefusedError.
    """
    secret = secret_from(randomness.new_token())
    message = Message(
        message_id=wish.key,
        side="staff",
        author=wish.author,
        way="page",
        text=words_of("text", wish.text, TEXT_MAX),
        at=now,
    )
    return await tickets.change(
        wish.company_id,
        wish.ticket_id,
        lambda current: answered(
            current,
            message,
            status=wish.status,
            digest=token_digest(secret),
            reply_to=reply_address(secret, domain),
        ),
        wish.key,
    )
