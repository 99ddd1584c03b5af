"""Staff assign a ticket, or move it to another status or category."""

from services.portal.domain.ticket_refusals import TicketRefusedError
from services.portal.domain.tickets import Step, Ticket, assigned, moved
from services.portal.usecases.ports_tickets import Team, Tickets
from shared.contracts.portal import TicketStatus


async def arrange_ticket(
    company_id: str,
    ticket_id: str,
    tickets: Tickets,
    team: Team,
    *,
    status: TicketStatus | None = None,
    category: str | None = None,
    assignee: str | None = None,
    unassign: bool = False,
) -> Ticket:
    """Change what is given. Raises UnknownTicketError, TicketRefusedError."""
    if assignee is not None:
        active = {member.staff_id for member in await team.active(company_id)}
        if assignee not in active:
            raise TicketRefusedError("assignee_staff_id", "Choose somebody of your team")

    def step(current: Ticket) -> Step:
        now = moved(
            current,
            current.status if status is None else status,
            current.category if category is None else category,
        )
        if unassign or assignee is not None:
            return assigned(now.ticket, assignee)
        return now

    return await tickets.change(company_id, ticket_id, step)
