"""Notifications without a database, a broker or a mail server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from services.notifications.adapters.calendar_files import ICalendarFiles
from services.notifications.adapters.jinja_typesetter import JinjaTypesetter
from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import Accepted, Outcome, Outgoing
from services.notifications.domain.mail import Mail, MailState
from services.notifications.main import templates
from services.notifications.usecases.notice_event import notice_event
from services.notifications.usecases.ports import KeptLetter, MailCounts, MailFilter
from services.notifications.usecases.ports_outside import LinkUnavailableError, MintedLink
from services.notifications.usecases.send_claimed_mail import PostOffice, send_claimed_mail
from shared.contracts.event import Event
from tests.support.notifications_events import NOW
from tests.support.notifications_store_fakes import (
    FakeAlertChoices,
    FakeAutomations,
    FakeCalendars,
    FakeFeed,
    FakePreferences,
    FakeReminders,
    FakeTexts,
    _asked,
)
from tests.support.notifications_view_fakes import FakeViews

T = TypeVar("T")
TEMPLATES = templates()
"""Compiled once for all tests."""
LEASE = timedelta(seconds=60)


@dataclass
class FakeMails:
    mails: dict[str, Mail] = field(default_factory=dict)
    letters: dict[str, KeptLetter] = field(default_factory=dict)

    async def queue(self, mails: Sequence[Mail]) -> list[Mail]:
        fresh = [mail for mail in mails if mail.mail_id not in self.mails]
        self.mails |= {mail.mail_id: mail for mail in fresh}
        return fresh

    async def claim(self, *, now, lease_until):
        waiting = [
            m for m in self.mails.values() if m.state is MailState.WAITING and m.not_before <= now
        ]
        lapsed = [
            m
            for m in self.mails.values()
            if m.state is MailState.SENDING and m.lease_until and m.lease_until <= now
        ]
        found = sorted(waiting, key=lambda m: m.not_before) or sorted(
            lapsed, key=lambda m: m.lease_until
        )
        if not found:
            return None
        claimed = found[0].claimed(lease_until=lease_until)
        self.mails[claimed.mail_id] = claimed
        return claimed

    async def update(self, mail: Mail, kept: KeptLetter | None = None) -> bool:
        held = self.mails[mail.mail_id]
        if held.state is not MailState.SENDING or held.attempts not in {
            mail.attempts,
            mail.attempts + 1,
        }:
            return False
        subject = kept.subject if kept else mail.subject
        self.mails[mail.mail_id] = replace(
            mail, link_ids=held.link_ids, opened_at=held.opened_at, subject=subject
        )
        if kept:
            self.letters[mail.mail_id] = kept
        return True

    async def note_link(self, mail: Mail, link_id: str) -> None:
        held = self.mails[mail.mail_id]
        self.mails[mail.mail_id] = replace(held, link_ids=(*held.link_ids, link_id))

    async def opened(self, company_id, link_id, at):
        for held in self.mails.values():
            if link_id in held.link_ids and held.company_id == company_id:
                first = min(held.opened_at, at) if held.opened_at else at
                self.mails[held.mail_id] = replace(held, opened_at=first)
                return True
        return False

    async def mail(self, company_id, mail_id):
        held = self.mails.get(mail_id)
        return held if held and held.company_id == company_id else None

    async def letter(self, company_id, mail_id):
        return self.letters.get(mail_id) if await self.mail(company_id, mail_id) else None

    async def of_inspection(self, company_id, inspection_id):
        return await self.page(
            company_id, MailFilter(inspection_id=inspection_id), before=None, limit=50
        )

    async def page(self, company_id, wanted: MailFilter, *, before, limit):
        found = [m for m in self.mails.values() if m.company_id == company_id and _asked(m, wanted)]
        found = [m for m in found if before is None or m.queued_at < before]
        return sorted(found, key=lambda m: m.queued_at, reverse=True)[:limit]

    async def counts(self, company_id, since):
        mine = [m for m in self.mails.values() if m.company_id == company_id]

        def ended(state: MailState) -> int:
            return sum(m.state is state and m.settled_at >= since for m in mine if m.settled_at)

        return MailCounts(
            delivered=ended(MailState.SENT),
            retrying=sum(not m.settled and m.attempts > 0 for m in mine),
            bounced=ended(MailState.BOUNCED),
            suppressed=ended(MailState.SUPPRESSED),
        )


@dataclass
class FakeDesk:
    views: FakeViews = field(default_factory=FakeViews)
    mails: FakeMails = field(default_factory=FakeMails)
    feed: FakeFeed = field(default_factory=FakeFeed)
    texts: FakeTexts = field(default_factory=FakeTexts)
    alert_choices: FakeAlertChoices = field(default_factory=FakeAlertChoices)
    preferences: FakePreferences = field(default_factory=FakePreferences)
    calendars: FakeCalendars = field(default_factory=FakeCalendars)
    automations: FakeAutomations = field(default_factory=FakeAutomations)
    told: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.reminders = FakeReminders(self.views)

    async def tell(self, events: Sequence[Event]) -> None:
        self.told += events


@dataclass
class FakeDesks:
    """One desk: everything is in memory, so nothing can be half written."""

    reading: FakeDesk = field(default_factory=FakeDesk)

    async def together(self, work: Callable[[FakeDesk], Awaitable[T]]) -> T:
        return await work(self.reading)


class FakeWaker:
    """Knows every stream, calls nobody by itself."""

    listeners = 0

    def __init__(self) -> None:
        self.leaving = False
        self.called = asyncio.Event()

    @contextmanager
    def listening(self, _company_id: str) -> Iterator[asyncio.Event]:
        yield self.called

    def leave(self) -> None:
        self.leaving = True
        self.called.set()


@dataclass
class FakeLinks:
    minted: list[dict[str, object]] = field(default_factory=list)
    away: bool = False

    async def mint(self, **wanted: object) -> MintedLink:
        if self.away:
            raise LinkUnavailableError
        self.minted.append(wanted)
        number = len(self.minted)
        path = {"inspection": "p", "invoice": "pay", "account": "account/in"}[wanted["scope"]]
        return MintedLink(
            link_id=f"link-{number}", url=f"https://doorstep.example/{path}/token-{number}"
        )


@dataclass
class FakePost:
    """Takes mails; `answers` are given first, then everything is accepted."""

    sent: list[Outgoing] = field(default_factory=list)
    answers: list[Outcome] = field(default_factory=list)

    async def send(self, message: Outgoing) -> Outcome:
        self.sent.append(message)
        return self.answers.pop(0) if self.answers else Accepted()

    def to(self, address: str) -> list[Outgoing]:
        return [message for message in self.sent if message.to_address == address]


@dataclass
class Bench:
    """The whole service by hand: tell it events, move the clock, let it send."""

    now: datetime = NOW
    desks: FakeDesks = field(default_factory=FakeDesks)
    links: FakeLinks = field(default_factory=FakeLinks)
    post: FakePost = field(default_factory=FakePost)

    def __post_init__(self) -> None:
        self.office = PostOffice(
            desks=self.desks,
            links=self.links,
            typesetter=JinjaTypesetter(TEMPLATES),
            calendars=ICalendarFiles(),
            post=self.post,
            public_url="https://doorstep.example",
            clock=lambda: self.now,
        )

    @property
    def desk(self) -> FakeDesk:
        return self.desks.reading

    @property
    def mails(self) -> list[Mail]:
        return list(self.desk.mails.mails.values())

    @property
    def alerts(self) -> list[Alert]:
        return [alert for _, alert in self.desk.feed.held.values()]

    async def hear(self, *events: Event, replayed: bool = False, event_id: str = "") -> None:
        for event in events:
            await notice_event(
                event,
                event_id=event_id or f"{event.name}:{event.aggregate_id}:{event.revision}",
                at=self.now,
                replayed=replayed,
                desk=self.desk,
                now=self.now,
            )

    async def send_due(self) -> list[Mail]:
        """Send everything that is due at this moment, each mail once."""
        done: dict[str, Mail] = {}
        while mail := await self.desk.mails.claim(now=self.now, lease_until=self.now + LEASE):
            done[mail.mail_id] = await send_claimed_mail(mail, self.office)
        return list(done.values())

    def later(self, **delta: float) -> None:
        self.now += timedelta(**delta)
