"""Whose alerts are whose, and what each person prefers, in memory and in MongoDB."""

from dataclasses import replace
from datetime import time, timedelta

from services.notifications.domain.alert import Alert, Category
from services.notifications.domain.quiet_hours import QuietHours
from services.notifications.domain.staff_mail import MailMode, StaffPreference
from services.notifications.usecases.ports import AlertFilter
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_accounts import DANA, PRIYA
from tests.support.notifications_events import COMPANY, NOW

ALERT = Alert(
    alert_id="a-1",
    company_id=COMPANY,
    kind="autopay_changed",
    category=Category.PAYMENTS,
    level="needs_action",
    text="x",
    at=NOW,
    resource="autopay_changed",
    for_all=False,
)


async def add(desks, **changes):
    alert = replace(ALERT, **changes)
    await desks.together(lambda desk: desk.feed.add(alert, ("x",), told.company_changed()))


async def found(desks, **wanted):
    rows = await desks.reading.feed.alerts(COMPANY, AlertFilter(**wanted), before_seq=None, limit=9)
    return [row.alert.alert_id for row in rows]


async def test_an_alert_counts_as_new_for_those_it_is_for(desks):
    await add(desks, assigned_to=(PRIYA,))
    await add(desks, alert_id="a-2")
    await add(desks, alert_id="a-3", for_all=True, resource="")

    feed = desks.reading.feed
    assert await feed.unread(COMPANY, PRIYA, with_platform=False) == 2
    assert await feed.unread(COMPANY, DANA, with_platform=False) == 1


async def test_the_feed_is_filtered_by_whose_it_is_and_by_what_is_done(desks):
    await add(desks, assigned_to=(PRIYA,))
    await add(desks, alert_id="a-2")
    await add(desks, alert_id="a-3", for_all=True, resource="")
    await desks.reading.feed.finish(COMPANY, "a-2", by="Priya", at=NOW)

    assert await found(desks, staff_id=PRIYA) == ["a-1"]
    assert await found(desks, staff_id=DANA) == []
    assert await found(desks, unassigned=True) == ["a-2"]
    assert await found(desks, done=True) == ["a-2"]
    assert await found(desks, waiting_only=True) == ["a-3", "a-1"]


async def test_alerts_of_a_person_in_a_stretch_of_time(desks):
    await add(desks, assigned_to=(PRIYA, DANA))
    await add(desks, alert_id="a-2", assigned_to=(PRIYA,), at=NOW + timedelta(hours=2))

    async def assigned(staff_id, hours):
        rows = await desks.reading.feed.assigned(
            COMPANY,
            staff_id,
            after=NOW - timedelta(hours=1),
            until=NOW + timedelta(hours=hours),
            limit=9,
        )
        return [alert.alert_id for alert in rows]

    assert await assigned(PRIYA, 1) == ["a-1"]
    assert await assigned(PRIYA, 2) == ["a-2", "a-1"]
    assert await assigned("nobody", 2) == []


async def test_choices_are_kept_per_company_and_replaced_as_a_whole(desks):
    kept = desks.reading.alert_choices
    await kept.put(COMPANY, {"autopay_changed": [PRIYA, DANA]}, by="x", at=NOW)
    await kept.put(COMPANY, {"prepayment_made": [PRIYA], "autopay_changed": []}, by="x", at=NOW)

    assert await kept.chosen(COMPANY) == {"prepayment_made": (PRIYA,)}
    assert await kept.chosen("other") == {}


async def test_a_preference_comes_back_as_it_was_kept(desks):
    kept = desks.reading.preferences
    mine = StaffPreference(
        staff_id=PRIYA,
        mode=MailMode.DAILY,
        quiet=QuietHours(start=time(20), end=time(7, 30)),
        digested_until=NOW,
    )
    await kept.put(COMPANY, mine)

    assert await kept.of(COMPANY, PRIYA) == mine
    assert await kept.daily(COMPANY) == [mine]
    assert await kept.of(COMPANY, DANA) == StaffPreference(staff_id=DANA)
    assert await kept.daily("other") == []


async def test_accounts_team_and_disputes_are_known_of_their_company_only(desks):
    invoice = told.an_invoice(account_id=accounts.ACCOUNT)
    events = (
        accounts.account_changed(),
        accounts.member(),
        accounts.autopay(),
        told.invoice_changed(invoice),
        told.disputed("won", dispute_id="d-1"),
        told.disputed("needs_response", dispute_id="d-1"),
        told.disputed("needs_response", dispute_id="d-2"),
    )
    for event in events:
        await desks.together(lambda desk, event=event: desk.views.keep(event, NOW))
    views = desks.reading.views

    around = await views.situation(COMPANY, told.INSPECTION, invoice.invoice_id)
    assert around.account == accounts.an_account()
    assert around.autopay == accounts.autopay()
    assert around.disputed
    assert await views.staff(COMPANY) == [accounts.member().staff_member]
    assert await views.staff("other") == []
    assert await views.account("other", accounts.ACCOUNT) is None
    days = {"due_from": invoice.due_on, "due_until": invoice.due_on}
    assert [found async for found in views.unpaid(COMPANY, **days)] == [invoice]
    assert [found async for found in views.unpaid("other", **days)] == []
    await desks.together(lambda desk: desk.views.keep(told.disputed("lost", dispute_id="d-2"), NOW))
    assert not (await views.situation(COMPANY, told.INSPECTION, invoice.invoice_id)).disputed


async def test_a_charge_that_brought_no_money_is_known_once_it_is_told(desks):
    invoice = told.an_invoice(invoice_id="i-1")
    views = desks.reading.views

    async def charged_in_vain(**tried):
        event = accounts.account_paid(**tried)
        await desks.together(lambda desk: desk.views.keep(event, NOW))
        around = await views.situation(COMPANY, told.INSPECTION, invoice.invoice_id)
        return around.charged_in_vain

    await desks.together(lambda desk: desk.views.keep(told.invoice_changed(invoice), NOW))
    assert not await charged_in_vain(status="succeeded", origin="charge_run")
    assert not await charged_in_vain(status="failed", origin="customer")
    assert await charged_in_vain(status="failed", origin="charge_run")
    assert await charged_in_vain(status="failed", origin="charge_run")
    other = await views.situation("other", told.INSPECTION, invoice.invoice_id)
    assert not other.charged_in_vain
