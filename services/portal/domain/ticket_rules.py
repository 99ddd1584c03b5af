"""What a customer may do with tickets, as the company's settings say (R99-R106, C26)."""

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.refusals import AccountSwitchedOffError, UnknownAccountError
from services.portal.domain.ticket_refusals import TicketRefusedError
from services.portal.domain.tickets import Ticket
from shared.contracts.portal import TicketKind


def require_tickets(settings: PortalSettings) -> None:
    """`Allow Clients to submit a Ticket` (R99). Raises AccountSwitchedOffError."""
    if not settings.tickets:
        raise AccountSwitchedOffError("The company does not take tickets here.")


def require_list(settings: PortalSettings, *, closed: bool) -> None:
    """`View Open Tickets`, `View Closed Tickets` (R100-R102). Raises AccountSwitchedOffError."""
    require_tickets(settings)
    if not (settings.closed_tickets if closed else settings.open_tickets):
        which = "closed" if closed else "open"
        raise AccountSwitchedOffError(f"The company does not show {which} tickets here.")


def require_visible(settings: PortalSettings, ticket: Ticket) -> None:
    """One ticket of a list that is not shown is not there either. Raises UnknownAccountError."""
    require_tickets(settings)
    if not (settings.closed_tickets if ticket.closed else settings.open_tickets):
        raise UnknownAccountError


def categories(settings: PortalSettings, kind: TicketKind) -> tuple[str, ...]:
    """The same ones for all customers, a list for each kind (R105, R106, C26)."""
    of_kind = {
        "question": settings.ticket_categories,
        "reschedule": settings.reschedule_categories,
        "cancel": settings.cancel_categories,
    }
    return of_kind[kind]


def preselected(settings: PortalSettings, kind: TicketKind) -> str:
    """The only one there is, or none (C26)."""
    offered = categories(settings, kind)
    return offered[0] if len(offered) == 1 else ""


def category_of(settings: PortalSettings, kind: TicketKind, typed: str) -> str:
    """What was chosen, if it is offered for this kind. Raises TicketRefusedError."""
    chosen = typed or preselected(settings, kind)
    offered = categories(settings, kind)
    if offered and chosen not in offered:
        raise TicketRefusedError("category", "Choose a category")
    return chosen if offered else ""


def every_category(settings: PortalSettings) -> tuple[str, ...]:
    """Of all kinds, each once, for staff."""
    return tuple(
        dict.fromkeys(
            (
                *settings.ticket_categories,
                *settings.reschedule_categories,
                *settings.cancel_categories,
            )
        )
    )
