"""A customer asks something, or asks for a visit to be moved or cancelled (R99, R104, R106)."""

from dataclasses import dataclass
from datetime import datetime

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.ticket_refusals import TicketRefusedError
from services.portal.domain.ticket_rules import category_of
from services.portal.domain.tickets import SUBJECT_MAX, TEXT_MAX, Asker, Draft, Message, Ticket, Way
from services.portal.usecases.ports_tickets import Team, Tickets
from shared.contracts.portal import TicketKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket:
    """What was typed. `key` is the request's: the same one again opens nothing."""

    company_id: str
    asker: Asker
    kind: TicketKind
    category: str
    subject: str
    text: str
    about: str
    key: str
    way: Way = "page"
    note: str = ""


async def open_ticket(
    wish: OpenTicket, settings: PortalSettings, tickets: Tickets, team: Team, now: datetime
) -> Ticket:
    """An open ticket, assigned as the settings say. Raises TicketRefusedError."""
    by_mail = wish.way == "mail"
    category = "" if by_mail else category_of(settings, wish.kind, wish.category)
    first = Message(
        message_id=f"{wish.key}-1",
        side="customer",
        author=wish.asker.name,
        way=wish.way,
        text=words_of("text", wish.text, TEXT_MAX),
        at=now,
        note=wish.note,
    )
    draft = Draft(
        ticket_id=wish.key,
        company_id=wish.company_id,
        asker=wish.asker,
        kind=wish.kind,
        category=category,
        subject=words_of("subject", wish.subject, SUBJECT_MAX),
        about=wish.about,
        assignee_staff_id=await assignee_of(settings, team),
        first=first,
    )
    return await tickets.open(draft)


async def assignee_of(settings: PortalSettings, team: Team) -> str | None:
    """The one of the settings while he is on the team, else nobody (R103)."""
    wanted = settings.ticket_assignee_staff_id
    if wanted is None:
        return None
    active = {member.staff_id for member in await team.active(settings.company_id)}
    return wanted if wanted in active else None


def words_of(field: str, typed: str, most: int) -> str:
    """Trimmed and not empty. Raises TicketRefusedError."""
    words = typed.replace("\r\n", "\n").strip()
    if not words:
        missing = {"subject": "Enter a subject"}.get(field, "Write your message")
        raise TicketRefusedError(field, missing)
    if len(words) > most:
        raise TicketRefusedError(field, f"Use {most:,} characters or fewer")
    return words
