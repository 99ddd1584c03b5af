"""What a company's customers see and may do in the portal besides money (R79-R82, R95-R106)."""

from pydantic import BaseModel, ConfigDict


class PortalSettings(BaseModel):
    """The settings of one company; those about money are billing's.

    The defaults are what a company has that never opened the page.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    company_id: str
    display_name: str = ""
    """`Client Portal Display Name`; empty: the company's own name (R79)."""
    facebook_page: str = ""
    twitter_handle: str = ""
    linkedin: str = ""
    """Slugs only; empty: not shown (R80)."""
    visible_field_ids: tuple[str, ...] = ()
    """The custom fields that customers see and may change (R81)."""
    service_history: bool = True
    upcoming_services: bool = True
    paused_services: bool = False
    """With it on, the pause reason is visible too (R97, R98)."""
    tickets: bool = False
    open_tickets: bool = True
    closed_tickets: bool = True
    ticket_assignee_staff_id: str | None = None
    ticket_categories: tuple[str, ...] = ()
    reschedule_categories: tuple[str, ...] = ()
    cancel_categories: tuple[str, ...] = ()
    revision: int = 0

    @property
    def shows_services(self) -> bool:
        """Whether there is anything on the services page (R95-R97)."""
        return self.service_history or self.upcoming_services or self.paused_services

    @property
    def shows_tickets(self) -> bool:
        """Whether customers see any list of tickets (R100-R102)."""
        return self.tickets and (self.open_tickets or self.closed_tickets)
