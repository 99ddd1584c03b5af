"""Queue the reminders that are due: at most one step of an invoice, each exactly once."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.notifications.domain.mail import Mail, MailState
from services.notifications.domain.reminders import (
    SAID_IN_THE_LOG,
    TRIES_MAX,
    ReminderPlan,
    Step,
    due_dates,
    due_step,
    reminder_mail,
    reminder_stop,
    used_up,
)
from services.notifications.domain.sending import suppression
from services.notifications.domain.situation import Situation
from services.notifications.domain.wording import local_day
from services.notifications.usecases.notice_event import suppressed_event
from services.notifications.usecases.ports import Desk, Desks
from shared.contracts.billing import Invoice


@dataclass(frozen=True, kw_only=True)
class _Round:
    """One look at one company. `at` decides what is due, `now` is written down."""

    company_id: str
    plan: ReminderPlan
    zone: str
    at: datetime
    now: datetime


async def remind(*, desks: Desks, at: datetime, now: datetime, company_id: str = "") -> int:
    """Look at every company whose reminders are on, or at one; return how many mails were queued.

    Safe to run twice, at once, or to be cut off anywhere: a mail is named after its step.
    """
    count = 0
    for found in [company_id] if company_id else await desks.reading.reminders.companies():
        company = await desks.reading.views.company(found)
        plan = await desks.reading.reminders.plan(found)
        if company is None or not plan.on:
            continue
        one = _Round(company_id=found, plan=plan, zone=company.time_zone, at=at, now=now)
        count += await _look(one, desks)
    return count


async def _look(one: _Round, desks: Desks) -> int:
    first, last = due_dates(one.plan, local_day(one.at, one.zone))
    count = 0
    async for invoice in desks.reading.views.unpaid(one.company_id, due_from=first, due_until=last):
        zone = await _zone(one, invoice, desks.reading)
        step = due_step(one.plan, invoice, zone, one.at)
        if step is not None and not one.plan.quiet.covers(one.at, zone):
            count += await desks.together(partial(_remind, one, invoice, step, zone))
    return count


async def _zone(one: _Round, invoice: Invoice, desk: Desk) -> str:
    inspection = await desk.views.inspection(one.company_id, invoice.inspection_id)
    return inspection.time_zone if inspection else one.zone


async def _remind(one: _Round, invoice: Invoice, step: Step, zone: str, desk: Desk) -> int:
    last, wanted = await _next_try(one, invoice, step, zone, desk)
    if wanted is None:
        return 0
    situation = await desk.views.situation(
        one.company_id, invoice.inspection_id, invoice.invoice_id, wanted.account_id
    )
    stop = reminder_stop(situation)
    if stop is not None:
        said = last is not None and last.state is MailState.SKIPPED
        return await _say(wanted, stop, one, desk) if stop in SAID_IN_THE_LOG and not said else 0
    return await _queue(wanted, situation, one, desk)


async def _next_try(
    one: _Round, invoice: Invoice, step: Step, zone: str, desk: Desk
) -> tuple[Mail | None, Mail | None]:
    """The last mail of this step, and the one to queue: None when the step is used up."""
    last = None
    for attempt in range(TRIES_MAX):
        wanted = reminder_mail(
            invoice,
            step,
            company_id=one.company_id,
            attempt=attempt,
            plan=one.plan,
            zone=zone,
            now=one.now,
        )
        known = await desk.mails.mail(one.company_id, wanted.mail_id)
        if known is None:
            return last, wanted
        if used_up(known):
            return known, None
        last = known
    return last, None


async def _say(mail: Mail, reason: str, one: _Round, desk: Desk) -> int:
    claimed = mail.claimed(lease_until=one.now)
    await desk.mails.queue([claimed.moved(MailState.SKIPPED, at=one.now, reason=reason)])
    return 0


async def _queue(mail: Mail, situation: Situation, one: _Round, desk: Desk) -> int:
    reason = suppression(mail, situation)
    if reason is None:
        return len(await desk.mails.queue([mail]))
    suppressed = mail.suppressed(reason, at=one.now)
    if await desk.mails.queue([suppressed]):
        await desk.tell([suppressed_event(suppressed, one.now)])
    return 0
