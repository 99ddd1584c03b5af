"""What tickets and the portal's settings need from outside; `adapters/` fulfils these ports."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from services.portal.domain.portal_settings import PortalSettings
from services.portal.domain.tickets import Draft, Message, Step, Ticket
from services.portal.usecases.ports_accounts import Account, Cursor
from shared.contracts.portal import TicketKind, TicketStatus
from shared.contracts.scheduling import StaffMember

Whose = Literal["", "mine", "unassigned"]
Stage = Literal["", "unfinished", "open", "pending", "on_hold", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxWish:
    """Which tickets staff look at; what is empty does not matter."""

    whose: Whose = ""
    staff_id: str = ""
    status: Stage = ""
    category: str = ""
    kind: TicketKind | Literal[""] = ""
    words: str = ""
    """Found in number, subject, customer and account, whatever its case."""


@dataclass(frozen=True, slots=True)
class InboxCounts:
    """How many unfinished tickets there are; `statuses` has all of them by status."""

    mine: int
    unassigned: int
    unfinished: int
    statuses: dict[TicketStatus, int]


class Tickets(Protocol):
    """Tickets and their messages. Every write tells what it changed, in one transaction."""

    async def open(self, draft: Draft) -> Ticket:
        """Open it under the company's next number; the same id again changes nothing."""

    async def change(
        self, company_id: str, ticket_id: str, step: Callable[[Ticket], Step], message_id: str = ""
    ) -> Ticket:
        """Take one step; a message that is there already changes nothing.

        Raises UnknownTicketError.
        """

    async def one(self, company_id: str, ticket_id: str) -> Ticket | None:
        """By id."""

    async def answered_by(self, digest: str) -> Ticket | None:
        """The ticket that a reply address with this hash belongs to."""

    async def thread(self, company_id: str, ticket_id: str) -> Sequence[Message]:
        """Every message, the oldest first."""

    async def of_account(
        self, of: Account, *, closed: bool, before: Cursor | None, limit: int
    ) -> Sequence[Ticket]:
        """The account's tickets, the latest message first."""

    async def inbox(
        self, company_id: str, wish: InboxWish, before: Cursor | None, limit: int
    ) -> Sequence[Ticket]:
        """The company's tickets, the latest message first."""

    async def counts(self, company_id: str, staff_id: str) -> InboxCounts:
        """From the index alone."""


class Team(Protocol):
    """The company's staff as scheduling tells it."""

    async def active(self, company_id: str) -> Sequence[StaffMember]:
        """Those who may sign in, by name."""


class SettingsEditor(Protocol):
    """The portal's own settings, to be changed."""

    async def of(self, company_id: str) -> PortalSettings:
        """A company's settings, or the defaults."""

    async def change(
        self, company_id: str, edit: Callable[[PortalSettings], PortalSettings]
    ) -> PortalSettings:
        """Write what `edit` makes of them and tell it, in one transaction."""
