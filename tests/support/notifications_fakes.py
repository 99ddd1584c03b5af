"""Notifications without a database, a broker or a mail server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from services.notifications.adapters.calendar_files import ICalendarFiles
from services.notifications.adapters.jinja_typesetter import JinjaTypesetter
from services.notifications.adapters.mongo_views import HELD
from services.notifications.domain.alert import Alert, Category
from services.notifications.domain.automation import STANDARD, STANDARD_BY_ID, Automation
from services.notifications.domain.calendar_feed import CalendarFeed
from services.notifications.domain.delivery import Accepted, Outcome, Outgoing
from services.notifications.domain.mail import Mail, MailState, Words
from services.notifications.domain.reminders import ReminderPlan, invoices_charged_in_vain
from services.notifications.domain.signals import FeedItem, inspection_of
from services.notifications.domain.situation import Situation
from services.notifications.domain.staff_mail import MailMode, StaffPreference
from services.notifications.main import templates
from services.notifications.usecases.notice_event import notice_event
from services.notifications.usecases.ports import AlertFilter, KeptLetter, MailCounts, MailFilter
from services.notifications.usecases.ports_outside import LinkUnavailableError, MintedLink
from services.notifications.usecases.send_claimed_mail import PostOffice, send_claimed_mail
from shared.contracts.billing import DisputeChangedV1, PaymentProcessingV1
from shared.contracts.event import Event
from tests.support.notifications_events import NOW

T = TypeVar("T")
TEMPLATES = templates()
"""Compiled once for all tests."""
LEASE = timedelta(seconds=60)


@dataclass
class FakeViews:
    held: dict[tuple[str, str], tuple[str, int, object]] = field(default_factory=dict)
    attempts: dict[str, datetime] = field(default_factory=dict)
    disputes: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    vain_charges: set[tuple[str, str]] = field(default_factory=set)
    paused: set[tuple[str, str]] = field(default_factory=set)

    async def keep(self, event: Event, at: datetime) -> None:
        for type_, collection, state_of in HELD:
            if isinstance(event, type_):
                state = state_of(event)
                revision = getattr(state, "revision", 0)
                key = (collection, event.aggregate_id)
                before = self.held.get(key)
                if before is None or (before[1] < revision and before[0] == event.company_id):
                    self.held[key] = (event.company_id, revision, state)
        if isinstance(event, DisputeChangedV1):
            known = self.disputes.get(event.dispute_id, (None, None, False))
            ended = known[2] or event.status in {"won", "lost"}
            self.disputes[event.dispute_id] = (event.company_id, event.invoice_id, ended)
        self.vain_charges |= {(event.company_id, i) for i in invoices_charged_in_vain(event)}
        if isinstance(event, PaymentProcessingV1):
            known = self.attempts.get(event.inspection_id, at)
            self.attempts[event.inspection_id] = max(known, at)

    def _one(self, collection, company_id, key):
        found = self.held.get((collection, key))
        return found[2] if found and found[0] == company_id else None

    def _all(self, collection, company_id):
        return [
            s
            for (c, _), (owner, _, s) in self.held.items()
            if c == collection and owner == company_id
        ]

    async def situation(self, company_id, inspection_id, invoice_id, account_id=None):
        settings = self._one("billing_settings", company_id, company_id)
        invoice = self._invoice(company_id, inspection_id, invoice_id)
        customer = account_id or (invoice.account_id if invoice else None)
        return Situation(
            account=self._one("customer_accounts", company_id, customer),
            autopay=self._one("autopay", company_id, customer),
            disputed=any(
                (owner, invoice_id) == (company_id, invoice.invoice_id) and not ended
                for owner, invoice_id, ended in self.disputes.values()
            )
            if invoice
            else False,
            charged_in_vain=bool(invoice and (company_id, invoice.invoice_id) in self.vain_charges),
            reminders_paused=bool(invoice and (company_id, invoice.invoice_id) in self.paused),
            company=self._one("companies", company_id, company_id),
            inspection=self._one("inspections", company_id, inspection_id),
            invoice=invoice,
            balance=self._one("balances", company_id, inspection_id),
            online_payments=settings.online_payments if settings else True,
            last_attempt_at=self.attempts.get(inspection_id),
        )

    def _invoice(self, company_id, inspection_id, invoice_id):
        if invoice_id is not None:
            return self._one("invoices", company_id, invoice_id)
        mine = [
            invoice
            for invoice in self._all("invoices", company_id)
            if invoice.inspection_id == inspection_id and invoice.kind == "client"
        ]
        standing = [invoice for invoice in mine if invoice.status != "void"]
        return next(iter([*standing, *mine]), None)

    async def company(self, company_id):
        return self._one("companies", company_id, company_id)

    async def inspection(self, company_id, inspection_id):
        return self._one("inspections", company_id, inspection_id)

    async def inspections(self, company_id, ids):
        found = {key: self._one("inspections", company_id, key) for key in ids}
        return {key: state for key, state in found.items() if state}

    async def account(self, company_id, account_id):
        return self._one("customer_accounts", company_id, account_id)

    async def accounts(self, company_id):
        found = [one for one in self._all("customer_accounts", company_id) if one.active]
        return sorted(found, key=lambda one: one.name)

    async def portal_settings(self, company_id):
        return self._one("portal_settings", company_id, company_id)

    async def staff(self, company_id):
        return sorted(self._all("staff_members", company_id), key=lambda m: m.name.casefold())

    async def contact(self, company_id, contact_id):
        return self._one("contacts", company_id, contact_id)

    async def appointments(self, company_id, kind, subject_id, *, since, limit):
        def meant(one):
            if kind == "client":
                return any(p.contact_id == subject_id and p.role == "client" for p in one.people)
            if kind == "account":
                return one.account is not None and one.account.account_id == subject_id
            return one.inspector.staff_id == subject_id

        found = [
            one
            for one in self._all("inspections", company_id)
            if meant(one) and one.starts_at.date() >= since.date()
        ]
        return sorted(found, key=lambda one: one.starts_at)[:limit]

    async def unpaid(self, company_id, *, due_from, due_until):
        found = [
            invoice
            for invoice in self._all("invoices", company_id)
            if invoice.status == "open"
            and invoice.balance_cents > 0
            and due_from <= invoice.due_on <= due_until
        ]
        for invoice in sorted(found, key=lambda invoice: invoice.due_on):
            yield invoice

    async def company_ids(self):
        return [key for collection, key in self.held if collection == "companies"]


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


def _asked(mail: Mail, wanted: MailFilter) -> bool:
    state = {
        "": True,
        "retrying": not mail.settled and mail.attempts > 0,
        "waiting": not mail.settled,
    }.get(wanted.state, str(mail.state) == wanted.state)
    return (
        state
        and wanted.kind in {"", mail.kind}
        and wanted.inspection_id in {"", mail.inspection_id}
        and wanted.address.casefold() in {"", mail.recipient.address.casefold()}
    )


@dataclass
class FakeFeed:
    steps: dict[str, list[FeedItem]] = field(default_factory=dict)
    held: dict[str, tuple[int, Alert]] = field(default_factory=dict)
    readers: dict[tuple[str, str], int] = field(default_factory=dict)

    async def add(self, alert, signals, about):
        if alert is not None and alert.alert_id in self.held:
            return False
        seq = self._append(about.company_id, signals, inspection_of(about), alert)
        if alert is not None:
            self.held[alert.alert_id] = (seq, alert)
        return True

    async def signal(self, company_id, signals):
        self._append(company_id, signals, None, None)

    def _append(self, company_id, signals, inspection_id, alert) -> int:
        steps = self.steps.setdefault(company_id, [])
        steps.append(
            FeedItem(
                seq=len(steps) + 1, signals=tuple(signals), inspection_id=inspection_id, alert=alert
            )
        )
        return len(steps)

    def _visible(self, company_id, with_platform):
        found = [(s, a) for s, a in self.held.values() if a.company_id == company_id]
        return [(s, a) for s, a in found if with_platform or a.category is not Category.PLATFORM]

    async def alerts(self, company_id, wanted: AlertFilter, *, before_seq, limit):
        rows = [
            FeedItem(seq=seq, signals=(), inspection_id=alert.inspection_id, alert=alert)
            for seq, alert in self._visible(company_id, wanted.with_platform)
            if (not wanted.category or alert.category == wanted.category)
            and (not wanted.waiting_only or alert.waiting)
            and wanted.inspection_id in {"", alert.inspection_id}
            and wanted.alert_id in {"", alert.alert_id}
            and (not wanted.staff_id or wanted.staff_id in alert.assigned_to)
            and (not wanted.unassigned or (alert.resource and not alert.assigned_to))
            and (not wanted.done or alert.done_at)
            and (before_seq is None or seq < before_seq)
        ]
        return sorted(rows, key=lambda row: row.seq, reverse=True)[:limit]

    async def about_inspection(self, company_id, inspection_id):
        found = await self.alerts(
            company_id,
            AlertFilter(category="payments", inspection_id=inspection_id),
            before_seq=None,
            limit=50,
        )
        return [row.alert for row in found]

    async def after(self, company_id, seq, limit):
        steps = [step for step in self.steps.get(company_id, []) if step.seq > seq][:limit]
        return [
            replace(step, alert=self.held[step.alert.alert_id][1]) if step.alert else step
            for step in steps
        ]

    async def latest_seq(self, company_id):
        return len(self.steps.get(company_id, []))

    async def waiting(self, company_id, *, with_platform):
        return sum(alert.waiting for _, alert in self._visible(company_id, with_platform))

    async def unread(self, company_id, staff_id, *, with_platform):
        seen = await self.seen_seq(company_id, staff_id)
        return sum(
            seq > seen
            for seq, alert in self._visible(company_id, with_platform)
            if alert.for_all or staff_id in alert.assigned_to
        )

    async def assigned(self, company_id, staff_id, *, after, until, limit):
        found = [
            (seq, alert)
            for seq, alert in self._visible(company_id, with_platform=True)
            if staff_id in alert.assigned_to and after < alert.at <= until
        ]
        return [a for _, a in sorted(found, key=lambda row: row[0], reverse=True)][:limit]

    async def seen_seq(self, company_id, staff_id):
        return self.readers.get((company_id, staff_id), 0)

    async def see(self, company_id, staff_id, seq):
        key = (company_id, staff_id)
        self.readers[key] = max(seq, self.readers.get(key, 0))

    async def finish(self, company_id, alert_id, *, by, at):
        seq, alert = self.held.get(alert_id, (0, None))
        if alert is None or alert.company_id != company_id or not alert.waiting:
            return False
        self.held[alert_id] = (seq, replace(alert, done_at=at, done_by=by))
        return True


@dataclass
class FakeTexts:
    texts: dict[tuple[str, str], Words] = field(default_factory=dict)

    async def changed(self, company_id) -> Mapping[str, Words]:
        return {key: words for (owner, key), words in self.texts.items() if owner == company_id}

    async def put(self, company_id, key, words, *, by, at):
        self.texts[company_id, key] = words

    async def remove(self, company_id, key):
        self.texts.pop((company_id, key), None)


@dataclass
class FakeAlertChoices:
    kept: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    async def chosen(self, company_id):
        return self.kept.get(company_id, {})

    async def put(self, company_id, chosen, *, by, at):
        self.kept[company_id] = {k: tuple(sorted(set(v))) for k, v in chosen.items() if v}


@dataclass
class FakePreferences:
    kept: dict[tuple[str, str], StaffPreference] = field(default_factory=dict)

    async def of(self, company_id, staff_id):
        return self.kept.get((company_id, staff_id), StaffPreference(staff_id=staff_id))

    async def put(self, company_id, preference):
        self.kept[company_id, preference.staff_id] = preference

    async def daily(self, company_id):
        mine = [p for (owner, _), p in self.kept.items() if owner == company_id]
        return [p for p in mine if p.mode is MailMode.DAILY]


@dataclass
class FakeCalendars:
    kept: dict[tuple[str, str, str], CalendarFeed] = field(default_factory=dict)

    async def put(self, feed):
        self.kept[feed.company_id, feed.kind, feed.subject_id] = feed

    async def remove(self, company_id, kind, subject_id):
        return self.kept.pop((company_id, kind, subject_id), None) is not None

    async def of(self, company_id, kind, subject_id):
        return self.kept.get((company_id, kind, subject_id))

    async def by_hash(self, token_hash):
        return next((f for f in self.kept.values() if f.token_hash == token_hash), None)

    async def all(self, company_id, kind):
        return [f for (owner, k, _), f in self.kept.items() if (owner, k) == (company_id, kind)]


@dataclass
class FakeReminders:
    views: FakeViews
    plans: dict[str, ReminderPlan] = field(default_factory=dict)

    async def plan(self, company_id):
        return self.plans.get(company_id, ReminderPlan())

    async def put(self, company_id, plan, *, by, at):
        self.plans[company_id] = plan

    async def companies(self):
        return [company_id for company_id, plan in self.plans.items() if plan.on]

    async def pause(self, company_id, invoice_id, *, by, at):
        self.views.paused.add((company_id, invoice_id))

    async def resume(self, company_id, invoice_id):
        self.views.paused.discard((company_id, invoice_id))


@dataclass
class FakeAutomations:
    kept: dict[tuple[str, str], Automation] = field(default_factory=dict)

    async def all(self, company_id):
        mine = [found for (owner, _), found in self.kept.items() if owner == company_id]
        standard = [self.kept.get((company_id, a.automation_id), a) for a in STANDARD]
        return [*standard, *(found for found in mine if not found.standard)]

    async def one(self, company_id, automation_id):
        standard = STANDARD_BY_ID.get(automation_id)
        return self.kept.get((company_id, automation_id), standard)

    async def put(self, company_id, automation, *, by, at):
        self.kept[company_id, automation.automation_id] = automation

    async def remove(self, company_id, automation_id):
        return self.kept.pop((company_id, automation_id), None) is not None


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
