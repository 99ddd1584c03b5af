"""What notifications keeps of its own besides mails, in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from services.notifications.domain.alert import Alert, Category
from services.notifications.domain.automation import STANDARD, STANDARD_BY_ID, Automation
from services.notifications.domain.calendar_feed import CalendarFeed
from services.notifications.domain.mail import Mail, Words
from services.notifications.domain.reminders import ReminderPlan
from services.notifications.domain.signals import FeedItem, inspection_of
from services.notifications.domain.staff_mail import MailMode, StaffPreference
from services.notifications.usecases.ports import AlertFilter, MailFilter
from tests.support.notifications_view_fakes import FakeViews


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
