"""Whether a mail goes out now, later or never: decided at the last moment, from what is true."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.automation import ADVANCED_PLANS
from services.notifications.domain.mail import Audience, Mail, MailKind
from services.notifications.domain.recipients import has_left
from services.notifications.domain.reminders import reminder_stop
from services.notifications.domain.situation import Situation
from shared.contracts.notifications import SuppressionReason

ATTEMPT_QUIET = timedelta(minutes=10)
"""No `payment due` mail this soon after somebody began to pay."""
ATTEMPT_LOOK = timedelta(seconds=10)
"""How soon such a mail is looked at again: once the payment is known, nothing holds it."""
FACTS_PATIENCE = timedelta(seconds=20)
"""How long a mail waits for the client's invoice before it is sent without one."""
REPORT_PATIENCE = timedelta(minutes=10)
"""How long the report's mail waits to hear from billing whether the report opens."""
FACTS_PAUSE = timedelta(seconds=1)
RETRY_FIRST = timedelta(seconds=30)
RETRY_LONGEST = timedelta(hours=4)
GIVE_UP_AFTER = timedelta(hours=24)
FORGET_AFTER = timedelta(hours=25)
"""A little later: the last try within a day is still made."""
SIGN_IN_PATIENCE = timedelta(hours=1)
"""Whoever asked to be let in has gone by then, or asked again."""
DOUBLINGS_MAX = 16

APPOINTMENT = frozenset({MailKind.CONFIRMATION, MailKind.RESCHEDULED})
MOOT_WHEN_CANCELLED = APPOINTMENT | {
    MailKind.SERVICES_CHANGED,
    MailKind.AGREEMENT_CHANGED,
    MailKind.REPORT_PUBLISHED,
}
ASKS_FOR_MONEY = frozenset(
    {
        MailKind.INVOICE,
        MailKind.PAYMENT_FAILED,
        MailKind.PAYMENT_RETURNED,
        MailKind.PAYMENT_LINK,
        MailKind.REMINDER,
    }
)
OF_THE_BOX = frozenset({Audience.CLIENT, Audience.AGENT, Audience.PERSONA})
"""Written to because they are in the People box of the inspection."""
OUTSIDERS = frozenset({Audience.AGENT, Audience.PERSONA})
"""People of an inspection who do not pay for it by being there."""
ASKS_BY_ITSELF = frozenset({MailKind.REPORT_PUBLISHED, MailKind.REMINDER})
SHOWS_PRICES = frozenset(
    {
        MailKind.CONFIRMATION,
        MailKind.SERVICES_CHANGED,
        MailKind.REPORT_PUBLISHED,
        MailKind.PAYMENT_LINK,
        MailKind.SHARE_DETAILS,
    }
)


@dataclass(frozen=True)
class Send:
    """Go ahead."""


@dataclass(frozen=True)
class Hold:
    """Not yet: look again at `until`."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Skip:
    """Overtaken by what happened since; it would only confuse."""

    reason: str


@dataclass(frozen=True)
class Suppress:
    """Not sent on purpose, told as such."""

    reason: SuppressionReason


Verdict = Send | Hold | Skip | Suppress
Rule = Callable[[Mail, Situation, datetime], Verdict | None]


def verdict(mail: Mail, situation: Situation, now: datetime) -> Verdict:
    """What to do with a mail now. The first rule that has an opinion decides."""
    opinions = (rule(mail, situation, now) for rule in RULES)
    return next((opinion for opinion in opinions if opinion is not None), Send())


def suppression(mail: Mail, situation: Situation) -> SuppressionReason | None:
    """Why a mail must not leave, or None (R31, R56, C13, C28). Unknown facts are no reason yet."""
    if mail.recipient.audience is Audience.STAFF:
        return None if mail.recipient.address else "no_address"
    if situation.company is not None and situation.company.trial:
        return "trial_account"
    automated = not mail.explicit or mail.kind is MailKind.INVOICE
    inspection = situation.inspection
    if automated and inspection is not None and inspection.notifications_disabled:
        return "notifications_disabled"
    return None if mail.recipient.address else "no_address"


def retry_delay(attempts: int) -> timedelta:
    """How long to wait after the `attempts`-th refusal: 30 s, 1 min, 2 min ... 4 h."""
    doublings: int = min(max(attempts - 1, 0), DOUBLINGS_MAX)
    return min(RETRY_FIRST * (1 << doublings), RETRY_LONGEST)


def worth_another_try(mail: Mail, now: datetime) -> bool:
    """Whether the next try would still be within a day of the first wish to send it."""
    return now + retry_delay(mail.attempts) <= mail.queued_at + GIVE_UP_AFTER


def _wait_for_facts(mail: Mail, situation: Situation, now: datetime) -> Verdict | None:
    company_missing = situation.company is None
    inspection_missing = mail.inspection_id is not None and situation.inspection is None
    invoice_missing = mail.invoice_id is not None and situation.invoice is None
    account_missing = mail.account_id is not None and situation.account is None
    if company_missing or inspection_missing or invoice_missing or account_missing:
        return Hold(now + FACTS_PAUSE, "facts_missing")
    return None


def _suppress(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    reason = suppression(mail, situation)
    return Suppress(reason) if reason else None


def _skip_plan(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    """After a downgrade advanced automations stay as they are and do not run (R50)."""
    plan = situation.company.plan if situation.company else ""
    outside = mail.advanced and plan not in ADVANCED_PLANS
    return Skip("advanced_automations_required") if outside else None


def _skip_left(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    """Whoever was taken out of the People box while the mail waited is told nothing more."""
    left = mail.recipient.audience in OF_THE_BOX and has_left(mail, situation)
    return Skip("left_inspection") if left else None


def _skip_cancelled(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    moot = situation.cancelled and mail.kind in MOOT_WHEN_CANCELLED
    return Skip("inspection_cancelled") if moot else None


def _skip_paid(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    if mail.kind not in ASKS_FOR_MONEY:
        return None
    invoice = situation.invoice
    if invoice is not None and invoice.status == "void":
        return Skip("invoice_void")
    nothing_to_ask = situation.payment in {"settled", "processing"}
    return (
        Skip("nothing_due") if nothing_to_ask and mail.kind is not MailKind.PAYMENT_LINK else None
    )


def _hold_during_attempt(mail: Mail, situation: Situation, now: datetime) -> Verdict | None:
    asks = mail.kind in ASKS_BY_ITSELF and situation.payment == "due"
    if not asks or situation.last_attempt_at is None:
        return None
    quiet_until = situation.last_attempt_at + ATTEMPT_QUIET
    if now >= quiet_until:
        return None
    return Hold(min(quiet_until, now + ATTEMPT_LOOK), "payment_in_flight")


def _wait_for_invoice(mail: Mail, situation: Situation, now: datetime) -> Verdict | None:
    shows = mail.kind in SHOWS_PRICES and not without_link(mail)
    behind = situation.invoice is None or _behind(situation)
    if shows and behind and now < mail.queued_at + FACTS_PATIENCE:
        return Hold(now + FACTS_PAUSE, "invoice_missing")
    return None


def _wait_for_release(mail: Mail, situation: Situation, now: datetime) -> Verdict | None:
    """`Ready` or `waiting for payment`: billing decides, once it was told of the report.

    What was paid before the report was published is counted in what billing says then (R15, C8).
    """
    if mail.kind is not MailKind.REPORT_PUBLISHED or situation.report_open:
        return None
    unheard = situation.balance is None or situation.balance.published is False
    if unheard and now < mail.queued_at + REPORT_PATIENCE:
        return Hold(now + FACTS_PAUSE, "release_unknown")
    return None


def without_link(mail: Mail) -> bool:
    """An agent or persona who may not open the client portal: no link, no amounts (R46)."""
    return mail.recipient.audience in OUTSIDERS and not mail.portal_link


def _behind(situation: Situation) -> bool:
    """Whether billing's bill is visibly not yet what scheduling says it is."""
    inspection, invoice, balance = situation.inspection, situation.invoice, situation.balance
    if inspection is None or invoice is None:
        return True
    published = inspection.status == "published" and invoice.gate == "until_published"
    if published or balance is None:
        return published
    ordered = 0 if situation.cancelled else sum(line.amount_cents for line in inspection.lines)
    if balance.charge_cents is None:
        return balance.total_cents < ordered
    return balance.charge_cents != ordered


def _too_late(mail: Mail, _situation: Situation, now: datetime) -> Verdict | None:
    """Whatever kept it from leaving, nobody expects it any more."""
    patience = SIGN_IN_PATIENCE if mail.kind is MailKind.SIGN_IN_LINK else FORGET_AFTER
    return Skip("too_late") if now > mail.queued_at + patience else None


def _stop_reminder(mail: Mail, situation: Situation, _now: datetime) -> Verdict | None:
    """What has happened since it was queued counts."""
    stop = reminder_stop(situation) if mail.kind is MailKind.REMINDER else None
    return Skip(stop) if stop else None


def _hold_at_night(mail: Mail, _situation: Situation, now: datetime) -> Verdict | None:
    """However late the mail server answers, nobody is woken by it."""
    until = mail.quiet.over_at(now, mail.zone or "UTC")
    return Hold(until, "quiet_hours") if until > now else None


RULES: tuple[Rule, ...] = (
    _too_late,
    _wait_for_facts,
    _suppress,
    _skip_plan,
    _skip_cancelled,
    _skip_left,
    _stop_reminder,
    _skip_paid,
    _wait_for_release,
    _hold_during_attempt,
    _hold_at_night,
    _wait_for_invoice,
)
