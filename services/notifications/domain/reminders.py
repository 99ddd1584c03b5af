"""Reminders: which step of which invoice is due, and what stops it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.notifications.domain.mail import Mail, MailKind, MailState, mail_id
from services.notifications.domain.quiet_hours import NIGHT, QuietHours
from services.notifications.domain.recipients import payer
from services.notifications.domain.situation import Situation
from shared.contracts.billing import Invoice
from shared.contracts.billing_accounts import AccountPaymentChangedV1
from shared.contracts.event import Event

SEND_AT = time(9)
"""On the clock of the property, or of the company."""
STALE_AFTER = timedelta(days=7)
"""A step that could not leave for so long is left out: it would come out of the blue."""
DAYS_MAX = 90
STEPS_MAX = 10
TRIES_MAX = 20
GAVE_UP = "gave up"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One reminder: so many days after the due date, negative before it."""

    days: int
    on: bool = True

    @property
    def text_key(self) -> str:
        """The text it is written with."""
        if self.days < 0:
            return "reminder_before"
        return "reminder_due" if self.days == 0 else "reminder_after"

    @property
    def words(self) -> str:
        """`3 days before it is due`."""
        if self.days == 0:
            return "On the due date"
        count = f"{abs(self.days)} day{'' if abs(self.days) == 1 else 's'}"
        return f"{count} before it is due" if self.days < 0 else f"{count} after it was due"


@dataclass(frozen=True, kw_only=True)
class ReminderPlan:
    """A company's steps, earliest first. Off until somebody switches it on."""

    on: bool = False
    on_since: datetime | None = None
    """Steps from before are not made up for."""
    steps: tuple[Step, ...] = (Step(days=-3), Step(days=1), Step(days=7), Step(days=14))
    quiet: QuietHours = field(default=NIGHT)


def moment_of_step(step: Step, due_on: date, zone: str) -> datetime:
    """When a step is due: nine in the morning of its day there (UTC)."""
    on = due_on + timedelta(days=step.days)
    return datetime.combine(on, SEND_AT, ZoneInfo(zone)).astimezone(UTC)


def due_step(plan: ReminderPlan, invoice: Invoice, zone: str, now: datetime) -> Step | None:
    """The one step to send now: the latest that is due, never an earlier one as well.

    Not one of the time before the plan was switched on or the invoice was issued, nor a stale one.
    """
    if not plan.on:
        return None
    standing = sorted((step for step in plan.steps if step.on), key=lambda step: step.days)
    due = [step for step in standing if moment_of_step(step, invoice.due_on, zone) <= now]
    if not due:
        return None
    moment = moment_of_step(due[-1], invoice.due_on, zone)
    too_early = plan.on_since is not None and moment <= plan.on_since
    unheard_of = invoice.due_on + timedelta(days=due[-1].days) <= invoice.issued_on
    if too_early or unheard_of or now - moment > STALE_AFTER:
        return None
    return due[-1]


def due_dates(plan: ReminderPlan, today: date) -> tuple[date, date]:
    """The due dates an invoice can have for any step to be due around today."""
    days = [step.days for step in plan.steps if step.on] or [0]
    first = today - timedelta(days=max(days)) - STALE_AFTER - timedelta(days=1)
    return first, today - timedelta(days=min(days)) + timedelta(days=1)


def reminder_stop(situation: Situation) -> str | None:
    """Why no reminder of this invoice may leave now, or None."""
    invoice = situation.invoice
    if invoice is None:
        return "facts_missing"
    reasons = (
        (invoice.status != "open", f"invoice_{invoice.status}"),
        (invoice.processing_cents > 0, "invoice_processing"),
        (invoice.balance_cents == 0, "nothing_due"),
        (invoice.gate != "open", "collected_later"),
        (situation.reminders_paused, "reminders_paused"),
        (situation.disputed, "disputed"),
        (_charged_by_autopay(situation, invoice), "on_autopay"),
    )
    return next((reason for holds, reason in reasons if holds), None)


def invoices_charged_in_vain(event: Event) -> tuple[str, ...]:
    """The invoices for which a method on file was charged without the payer, and brought no money.

    Autopay does not charge that method again by itself. What the payer tried himself says nothing
    about that.
    """
    if not isinstance(event, AccountPaymentChangedV1):
        return ()
    tried = event.payment
    if tried.origin == "customer" or tried.status not in {"failed", "returned"}:
        return ()
    return tuple(part.invoice_id for part in tried.allocations)


SAID_IN_THE_LOG = frozenset({"reminders_paused", "disputed", "on_autopay"})
"""Reasons staff want to see beside the invoice; the others explain themselves."""


def reminder_mail(
    invoice: Invoice,
    step: Step,
    *,
    company_id: str,
    attempt: int,
    plan: ReminderPlan,
    zone: str,
    now: datetime,
) -> Mail:
    """The mail of one step; the same for every instance that looks at it."""
    to = payer(invoice.payer)
    cause = f"reminder:{invoice.invoice_id}:{invoice.due_on.isoformat()}:{step.days}:{attempt}"
    third_party = invoice.kind == "third_party"
    return Mail(
        mail_id=mail_id(cause=cause, kind=MailKind.REMINDER, address=""),
        company_id=company_id,
        kind=MailKind.REMINDER,
        recipient=to,
        inspection_id=invoice.inspection_id,
        invoice_id=invoice.invoice_id,
        account_id=None if third_party else invoice.account_id,
        text_key=step.text_key,
        quiet=plan.quiet,
        zone=zone,
        queued_at=now,
        not_before=plan.quiet.over_at(now, zone),
    )


def used_up(mail: Mail) -> bool:
    """Whether this mail consumed its step. One that never reached a server did not."""
    if mail.state is MailState.BOUNCED:
        return not mail.reason.startswith(GAVE_UP)
    return mail.state is not MailState.SKIPPED


def _charged_by_autopay(situation: Situation, invoice: Invoice) -> bool:
    """Only invoices of jobs created after the enrolment are (C25).

    One whose charge brought no money waits for the payer, who is reminded of it like anybody.
    """
    autopay = situation.autopay
    if autopay is None or not autopay.enrolled or autopay.enrolled_at is None:
        return False
    if situation.charged_in_vain:
        return False
    created = invoice.job_created_at
    return invoice.kind == "client" and created is not None and created > autopay.enrolled_at
