"""What notifications needs from other programs: links, typesetting, the mail server, calendars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.composing import Opens
from services.notifications.domain.delivery import CalendarFile, Outcome, Outgoing
from services.notifications.domain.letter import Letter
from services.notifications.domain.mail import Recipient
from shared.contracts.scheduling import Company, Inspection


@dataclass(frozen=True, kw_only=True)
class MintedLink:
    """A fresh link; `url` holds the token and is written nowhere but into the mail."""

    link_id: str
    url: str


class LinkUnavailableError(Exception):
    """Portal could not give a link now."""


class Links(Protocol):
    """Portal, which mints every link."""

    async def mint(
        self,
        *,
        company_id: str,
        scope: Opens,
        about: Mapping[str, str | int],
        recipient: str,
        purpose: str,
    ) -> MintedLink:
        """A link for one mail. Raises LinkUnavailableError.

        `about` names what it opens: `inspection_id` with `people_revision`, the revision of the
        People box we know, or with an `invoice_id`; for an account `account_id` and `contact_id`.
        """


class Typesetter(Protocol):
    """Turns a letter into what a mail program shows."""

    def html(self, letter: Letter) -> str: ...
    def text(self, letter: Letter) -> str: ...


class Post(Protocol):
    """The mail server."""

    async def send(self, message: Outgoing) -> Outcome:
        """Hand a message over within 10 seconds. Never raises for what a server does."""


class CalendarFiles(Protocol):
    """Appointments for people's calendars."""

    def invitation(
        self, inspection: Inspection, company: Company, to: Recipient, stamp: datetime
    ) -> CalendarFile:
        """The appointment as it now stands, asked for or called off."""

    def appointment(self, inspection: Inspection, company: Company) -> bytes:
        """The appointment as it now stands, to be kept; the same one is the same bytes."""

    def feed(
        self, inspections: Sequence[Inspection], company: Company, name: str, kind: FeedKind
    ) -> bytes:
        """Many appointments; the same ones are the same bytes."""
