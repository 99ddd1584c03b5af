"""Reminder plans and pauses in memory and in MongoDB; two instances that look at once."""

import asyncio
from datetime import UTC, datetime, time

import pytest

from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.reminders import ReminderPlan, Step
from services.notifications.usecases.ports import MailFilter
from services.notifications.usecases.remind import remind
from tests.support import notifications_events as told
from tests.support.notifications_events import CLIENT_INVOICE, COMPANY, NOW

PLAN = ReminderPlan(
    on=True,
    on_since=NOW,
    steps=(Step(days=-3), Step(days=7, on=False)),
    quiet=QuietHours(start=time(21, 30), end=time(7)),
)


async def test_a_plan_comes_back_as_it_was_kept_and_is_off_before(desks):
    kept = desks.reading.reminders
    assert await kept.plan(COMPANY) == ReminderPlan()
    await kept.put(COMPANY, PLAN, by="owner", at=NOW)

    assert await kept.plan(COMPANY) == PLAN
    assert await kept.companies() == [COMPANY]
    await kept.put(COMPANY, ReminderPlan(), by="owner", at=NOW)
    assert await kept.companies() == []


async def test_a_pause_is_seen_around_its_invoice_only(desks):
    for event in (told.invoice_changed(), told.invoice_changed(told.an_agents_invoice())):
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))
    kept, views = desks.reading.reminders, desks.reading.views
    await kept.pause(COMPANY, CLIENT_INVOICE, by="x", at=NOW)
    await kept.pause(COMPANY, CLIENT_INVOICE, by="x", at=NOW)

    assert (await views.situation(COMPANY, None, CLIENT_INVOICE)).reminders_paused
    assert not (await views.situation(COMPANY, None, told.AGENT_INVOICE)).reminders_paused
    await kept.resume(COMPANY, CLIENT_INVOICE)
    assert not (await views.situation(COMPANY, None, CLIENT_INVOICE)).reminders_paused


@pytest.mark.parametrize("paused", [False, True])
async def test_many_instances_that_look_at_once_write_one_mail(desks, paused):
    for event in (told.company_changed(), told.scheduled(), told.invoice_changed()):
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))
    await desks.reading.reminders.put(COMPANY, PLAN, by="owner", at=NOW)
    if paused:
        await desks.reading.reminders.pause(COMPANY, CLIENT_INVOICE, by="x", at=NOW)
    at = datetime(2026, 11, 28, 17, 5, tzinfo=UTC)

    looks = [remind(desks=desks, at=at, now=at) for _ in range(5)]
    counts = await asyncio.gather(*looks)

    assert sum(counts) == (0 if paused else 1)
    wanted = MailFilter(kind="reminder")
    [mail] = await desks.reading.mails.page(COMPANY, wanted, before=None, limit=9)
    assert mail.reason == ("reminders_paused" if paused else "")
    assert mail.zone == "America/Los_Angeles"
    assert mail.quiet == PLAN.quiet
