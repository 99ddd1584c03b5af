"""What notifications needs from outside, in the sentences the use cases say."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from services.notifications.domain.alert import Alert
from services.notifications.domain.calendar_feed import FeedKind
from services.notifications.domain.mail import Mail, Words
from services.notifications.domain.signals import FeedItem
from services.notifications.domain.situation import Situation
from services.notifications.usecases.ports_automations import Automations
from services.notifications.usecases.ports_calendar import CalendarFeeds
from services.notifications.usecases.ports_reminders import Reminders
from services.notifications.usecases.ports_staff import AlertChoices, StaffPreferences
from shared.contracts.billing import Invoice
from shared.contracts.event import Event
from shared.contracts.portal import PortalSettingsChangedV1
from shared.contracts.scheduling import Company, Contact, Inspection, StaffMember
from shared.contracts.scheduling_accounts import CustomerAccount

T = TypeVar("T")


class Views(Protocol):
    """What other services told us, newest state only."""

    async def keep(self, event: Event, at: datetime) -> None:
        """Take an event's state if it is newer than ours; right for any order and repeats."""

    async def situation(
        self,
        company_id: str,
        inspection_id: str | None,
        invoice_id: str | None,
        account_id: str | None = None,
    ) -> Situation:
        """Everything known around one mail. Without `invoice_id`, the client's invoice."""

    async def account(self, company_id: str, account_id: str) -> CustomerAccount | None:
        """The customer account, if we were told of it and it is this company's."""

    async def accounts(self, company_id: str) -> list[CustomerAccount]:
        """The company's active customer accounts, by name, bounded."""

    async def portal_settings(self, company_id: str) -> PortalSettingsChangedV1 | None:
        """What the company's customers see in the portal; None: never changed."""

    async def staff(self, company_id: str) -> list[StaffMember]:
        """The company's team, by name; those who have left too."""

    async def company(self, company_id: str) -> Company | None:
        """The company, if we were told of it."""

    async def inspection(self, company_id: str, inspection_id: str) -> Inspection | None:
        """The inspection, if we were told of it and it is this company's."""

    async def inspections(self, company_id: str, ids: Sequence[str]) -> Mapping[str, Inspection]:
        """Those of these inspections that we know."""

    async def contact(self, company_id: str, contact_id: str) -> Contact | None:
        """The contact, if we were told of him and he is this company's."""

    async def appointments(
        self, company_id: str, kind: FeedKind, subject_id: str, *, since: datetime, limit: int
    ) -> list[Inspection]:
        """Inspections of an inspector, account or client from then on, earliest first."""

    def unpaid(self, company_id: str, *, due_from: date, due_until: date) -> AsyncIterator[Invoice]:
        """Open invoices with something to pay that are due between these days, oldest first."""

    async def company_ids(self) -> list[str]:
        """Every company there is."""


@dataclass(frozen=True, kw_only=True)
class KeptLetter:
    """A mail as it was sent, its link replaced by dots."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True)
class MailCounts:
    """What became of the mails since some moment."""

    delivered: int
    retrying: int
    bounced: int
    suppressed: int


@dataclass(frozen=True, kw_only=True)
class MailFilter:
    """Which mails a page of the log shows."""

    state: str = ""
    kind: str = ""
    address: str = ""
    inspection_id: str = ""


class MailLog(Protocol):
    """Every mail there was or will be; also the queue of the senders."""

    async def queue(self, mails: Sequence[Mail]) -> list[Mail]:
        """Add those that are not there yet, and return them."""

    async def claim(self, *, now: datetime, lease_until: datetime) -> Mail | None:
        """Take the mail that has waited longest and is due; a lapsed lease counts as due."""

    async def update(self, mail: Mail, kept: KeptLetter | None = None) -> bool:
        """Write a claimed mail's next state; false when somebody else has taken it since."""

    async def note_link(self, mail: Mail, link_id: str) -> None:
        """Remember which link went into it, so that its opening can be told."""

    async def opened(self, company_id: str, link_id: str, at: datetime) -> bool:
        """Note the first opening of a link; false when no mail carried it."""

    async def mail(self, company_id: str, mail_id: str) -> Mail | None:
        """One mail."""

    async def letter(self, company_id: str, mail_id: str) -> KeptLetter | None:
        """What was sent."""

    async def of_inspection(self, company_id: str, inspection_id: str) -> list[Mail]:
        """The mails about one inspection, newest first, bounded."""

    async def page(
        self, company_id: str, wanted: MailFilter, *, before: datetime | None, limit: int
    ) -> list[Mail]:
        """A page of the log, newest first."""

    async def counts(self, company_id: str, since: datetime) -> MailCounts:
        """How many mails ended how, and how many wait for another try."""


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """Which alerts a page shows."""

    category: str = ""
    waiting_only: bool = False
    with_platform: bool = False
    inspection_id: str = ""
    alert_id: str = ""
    staff_id: str = ""
    """Only those assigned to this person."""
    unassigned: bool = False
    """Only those for which somebody may be chosen, and nobody was."""
    done: bool = False


class Feed(Protocol):
    """The alerts and each company's numbered stream of what changed."""

    async def add(self, alert: Alert | None, signals: Sequence[str], about: Event) -> bool:
        """Append one step to the company's stream; false when the alert was there already."""

    async def alerts(
        self, company_id: str, wanted: AlertFilter, *, before_seq: int | None, limit: int
    ) -> list[FeedItem]:
        """Alerts, newest first."""

    async def about_inspection(self, company_id: str, inspection_id: str) -> list[Alert]:
        """The payment alerts of one inspection, newest first, bounded."""

    async def after(self, company_id: str, seq: int, limit: int) -> list[FeedItem]:
        """The steps after `seq`, oldest first."""

    async def latest_seq(self, company_id: str) -> int:
        """The number of the newest step, 0 when there is none."""

    async def waiting(self, company_id: str, *, with_platform: bool) -> int:
        """How many alerts ask for action."""

    async def unread(self, company_id: str, staff_id: str, *, with_platform: bool) -> int:
        """How many alerts this person has not seen; not those that are for others only (C27)."""

    async def assigned(
        self, company_id: str, staff_id: str, *, after: datetime, until: datetime, limit: int
    ) -> list[Alert]:
        """Alerts assigned to this person in that time, newest first."""

    async def seen_seq(self, company_id: str, staff_id: str) -> int:
        """Up to where this person has seen the feed."""

    async def see(self, company_id: str, staff_id: str, seq: int) -> None:
        """Note that this person has seen everything up to `seq`; never goes back."""

    async def finish(self, company_id: str, alert_id: str, *, by: str, at: datetime) -> bool:
        """Mark as done; false when there is no such alert."""

    async def signal(self, company_id: str, signals: Sequence[str]) -> None:
        """Append a step without an alert."""


class Texts(Protocol):
    """The texts a company has changed."""

    async def changed(self, company_id: str) -> Mapping[str, Words]:
        """Its own texts by key."""

    async def put(self, company_id: str, key: str, words: Words, *, by: str, at: datetime) -> None:
        """Use these words from now on."""

    async def remove(self, company_id: str, key: str) -> None:
        """Go back to the standard text."""


@dataclass(frozen=True, kw_only=True)
class Takings:
    """A company's money on one look, from what billing told us."""

    collected_today_cents: int
    payments_today: int
    outstanding_cents: int
    invoices_outstanding: int
    overdue_cents: int
    invoices_overdue: int
    collected_by_day_cents: tuple[int, ...]
    """The last 14 days of the company's calendar, today last."""


class Figures(Protocol):
    """Sums for the top of the feed; billing's books decide, this only follows."""

    async def takings(self, company: Company, now: datetime) -> Takings:
        """Collected, outstanding, overdue."""


class Desk(Protocol):
    """Everything that is written together or not at all."""

    @property
    def views(self) -> Views: ...
    @property
    def mails(self) -> MailLog: ...
    @property
    def feed(self) -> Feed: ...
    @property
    def texts(self) -> Texts: ...
    @property
    def automations(self) -> Automations: ...
    @property
    def alert_choices(self) -> AlertChoices: ...
    @property
    def calendars(self) -> CalendarFeeds: ...
    @property
    def reminders(self) -> Reminders: ...
    @property
    def preferences(self) -> StaffPreferences: ...

    async def tell(self, events: Sequence[Event]) -> None:
        """Announce facts of ours; they leave after the commit."""


class Desks(Protocol):
    """Where a desk comes from."""

    @property
    def reading(self) -> Desk:
        """A desk outside any transaction: for reads and single-document writes."""

    async def together(self, work: Callable[[Desk], Awaitable[T]]) -> T:
        """Run `work` in one transaction; it may run more than once."""
