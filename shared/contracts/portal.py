"""What the portal tells: what clients and payers did there."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from shared.contracts.event import Event, Value

LinkScope = Literal["inspection", "invoice"]
TicketStatus = Literal["open", "pending", "on_hold", "closed"]
TicketKind = Literal["question", "reschedule", "cancel"]


class AgreementSignedV1(Event):
    """The client signed one version of the agreement."""

    name: ClassVar[str] = "portal.agreement_signed.v1"
    aggregate: ClassVar[str] = "agreement"
    agreement_id: str
    inspection_id: str
    version: int
    signed_by: str
    signed_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The agreement's id."""
        return self.agreement_id


class LinkOpenedV1(Event):
    """A mailed link was opened for the first time by a person (not by a mail scanner)."""

    name: ClassVar[str] = "portal.link_opened.v1"
    aggregate: ClassVar[str] = "link"
    link_id: str
    scope: LinkScope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    opened_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The link's id."""
        return self.link_id


class LinkRequestedV1(Event):
    """Somebody entitled to it asked for a new link by mail, because the old one has ended."""

    name: ClassVar[str] = "portal.link_requested.v1"
    aggregate: ClassVar[str] = "link"
    link_id: str
    """The link that ended."""
    scope: LinkScope
    inspection_id: str
    invoice_id: str | None
    recipient: str
    """The address that asked; it is known to belong to this inspection or invoice."""
    requested_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The link's id."""
        return self.link_id


class ViewRebuildRequestedV1(Event):
    """A consumer emptied its view and asks every owner to tell its present state again."""

    name: ClassVar[str] = "portal.view_rebuild_requested.v1"
    aggregate: ClassVar[str] = "view_rebuild"
    rebuild_id: str

    @property
    def aggregate_id(self) -> str:
        """The rebuild's id."""
        return self.rebuild_id


class Ticket(Value):
    """A customer's question or request, and how it stands."""

    ticket_id: str
    number: str
    account_id: str
    account_name: str
    contact_id: str
    customer_name: str
    kind: TicketKind
    category: str
    subject: str
    status: TicketStatus
    assignee_staff_id: str | None
    """Exactly one staff member, or nobody has been chosen (R103)."""
    last_message_from: Literal["customer", "staff"]
    last_message_at: AwareDatetime
    revision: int


class TicketChangedV1(Event):
    """A ticket was opened, answered, assigned, moved or closed."""

    name: ClassVar[str] = "portal.ticket_changed.v1"
    aggregate: ClassVar[str] = "ticket"
    ticket: Ticket

    @property
    def aggregate_id(self) -> str:
        """The ticket's id."""
        return self.ticket.ticket_id

    @property
    def revision(self) -> int:
        """The ticket's revision."""
        return self.ticket.revision


class TicketReplySentV1(Event):
    """Staff answered a ticket; the customer gets it by mail and can answer it by mail."""

    name: ClassVar[str] = "portal.ticket_reply_sent.v1"
    aggregate: ClassVar[str] = "ticket"
    message_id: str
    ticket: Ticket
    recipient: str
    reply_to: str
    """Mail to this address answers the ticket."""
    text: str
    sent_by: str

    @property
    def aggregate_id(self) -> str:
        """The ticket's id."""
        return self.ticket.ticket_id


class SignInLinkRequestedV1(Event):
    """Somebody of a customer account asked to be let in; the mail carries a link."""

    name: ClassVar[str] = "portal.sign_in_link_requested.v1"
    aggregate: ClassVar[str] = "customer_account"
    request_id: str
    account_id: str
    account_name: str
    contact_id: str
    recipient: str
    recipient_name: str
    requested_at: AwareDatetime

    @property
    def aggregate_id(self) -> str:
        """The account's id."""
        return self.account_id


class PortalSettingsChangedV1(Event):
    """What a company's customers see and may do in the portal (R78-R106)."""

    name: ClassVar[str] = "portal.portal_settings_changed.v1"
    aggregate: ClassVar[str] = "portal_settings"
    display_name: str
    tickets: bool
    ticket_assignee_staff_id: str | None
    settings_revision: int
    upcoming_services: bool = True
    """Whether customers see coming visits, in a calendar too (R96)."""
    service_history: bool = True
    """Whether they see past ones (R95)."""

    @property
    def aggregate_id(self) -> str:
        """The company's id."""
        return self.company_id

    @property
    def revision(self) -> int:
        """The settings' revision."""
        return self.settings_revision
