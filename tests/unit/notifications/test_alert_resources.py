"""Alert Resources (R107-R109, C27): whom an alert is for, and how he hears of it."""

from datetime import UTC, datetime, time, timedelta

import pytest

from services.notifications.domain.quiet_hours import NIGHT, QuietHours
from services.notifications.domain.refusals import StaffNotFoundError
from services.notifications.domain.staff_mail import MailMode, StaffPreference
from services.notifications.usecases.choose_alert_resources import choose_alert_resources
from services.notifications.usecases.ports import AlertFilter
from services.notifications.usecases.send_digests import send_digests
from shared.problems import InvalidError, PlanWithoutPortalError
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_accounts import DANA, PRIYA
from tests.support.notifications_fakes import Bench


@pytest.fixture
async def bench():
    bench = Bench()
    await bench.hear(
        told.company_changed(),
        accounts.account_changed(),
        accounts.member(PRIYA),
        accounts.member(DANA),
    )
    return bench


async def choose(bench, **chosen):
    await choose_alert_resources(told.COMPANY, chosen, by="owner", desk=bench.desk, now=bench.now)


def staff_mails(bench):
    return [mail for mail in bench.mails if mail.recipient.audience == "staff"]


async def unread(bench, staff_id):
    return await bench.desk.feed.unread(told.COMPANY, staff_id, with_platform=False)


@pytest.mark.scenario(13)
@pytest.mark.parametrize(
    ("key", "event", "words"),
    [
        ("autopay_changed", accounts.autopay(), "opted in to Autopay"),
        ("autopay_changed", accounts.autopay(enrolled=False), "opted out of Autopay"),
        ("prepayment_made", accounts.prepaid(), "made a prepayment of $50.00"),
        ("payment_method_removed", accounts.method(), "card removed, Visa ending 4242"),
        ("charge_run_finished", accounts.charge_run("finished", 2), "Bulk charge finished"),
        ("ticket_waiting", accounts.ticket_changed(), "asks: Gate code"),
        (
            "account_payment_failed",
            accounts.account_paid(status="returned"),
            "was returned",
        ),
    ],
)
async def test_the_chosen_person_is_told_and_nobody_else(bench, key, event, words):
    await choose(bench, **{key: [PRIYA]})

    await bench.hear(event, event)

    [alert] = bench.alerts
    assert words in alert.text
    assert alert.assigned_to == (PRIYA,)
    assert [mail.recipient.name for mail in staff_mails(bench)] == ["Priya"]
    assert (await unread(bench, PRIYA), await unread(bench, DANA)) == (1, 0)


async def test_another_method_charged_is_no_second_enrolment(bench):
    await choose(bench, autopay_changed=[PRIYA])
    since = bench.now
    first = accounts.autopay(enrolled_at=since)
    changed = accounts.autopay(
        enrolled_at=since, method_id="m-2", changed_by="staff", autopay_revision=2
    )
    await bench.hear(first, changed)

    [alert] = bench.alerts
    assert "opted in to Autopay" in alert.text
    assert len(staff_mails(bench)) == 1
    assert [m.kind for m in bench.mails if m.recipient.audience == "client"] == ["autopay_on"]

    left = accounts.autopay(enrolled=False, autopay_revision=3)
    again = accounts.autopay(enrolled_at=since + timedelta(days=1), autopay_revision=4)
    await bench.hear(left, again)

    assert [alert.kind for alert in bench.alerts] == ["autopay_changed"] * 3
    assert [m.kind for m in bench.mails if m.recipient.audience == "client"] == [
        "autopay_on",
        "autopay_off",
        "autopay_on",
    ]


async def test_with_nobody_chosen_it_is_stored_unassigned_and_nobody_is_notified(bench):
    """C27."""
    await bench.hear(accounts.autopay())

    [alert] = bench.alerts
    assert alert.assigned_to == ()
    assert staff_mails(bench) == []
    assert (await unread(bench, PRIYA), await unread(bench, DANA)) == (0, 0)
    unassigned = AlertFilter(unassigned=True)
    found = await bench.desk.feed.alerts(told.COMPANY, unassigned, before_seq=None, limit=9)
    assert [item.alert for item in found] == [alert]


@pytest.mark.parametrize(
    "event",
    [
        accounts.method(removed=False),
        accounts.charge_run("running"),
        accounts.charge_run("paused"),
        accounts.ticket_changed(last_message_from="staff"),
        accounts.ticket_changed(status="closed"),
    ],
)
async def test_what_asks_nobody_for_anything_raises_no_alert(bench, event):
    await bench.hear(event)

    assert bench.alerts == []


async def test_a_ticket_is_told_to_its_assignee_once_per_message_of_the_customer(bench):
    await bench.hear(
        accounts.ticket_changed(assignee_staff_id=DANA),
        accounts.ticket_changed(assignee_staff_id=DANA, category="Other", revision=2),
    )
    bench.later(minutes=5)
    await bench.hear(
        accounts.ticket_changed(assignee_staff_id=DANA, last_message_at=bench.now, revision=3)
    )

    assert [alert.assigned_to for alert in bench.alerts] == [(DANA,), (DANA,)]


async def test_somebody_who_has_left_is_told_nothing(bench):
    await choose(bench, autopay_changed=[PRIYA])
    await bench.hear(accounts.member(PRIYA, active=False, revision=2))

    await bench.hear(accounts.autopay())

    assert bench.alerts[0].assigned_to == ()
    assert staff_mails(bench) == []


async def test_an_unknown_person_or_kind_is_refused_whole(bench):
    with pytest.raises(StaffNotFoundError):
        await choose(bench, autopay_changed=[PRIYA, "nobody"])
    with pytest.raises(InvalidError):
        await choose(bench, weather=[PRIYA])

    assert await bench.desk.alert_choices.chosen(told.COMPANY) == {}


async def test_staff_are_told_also_on_trial(bench):
    """C28: the staff feed works; clients and payers get nothing."""
    await bench.hear(told.company_changed(trial=True, revision=2))
    await choose(bench, autopay_changed=[PRIYA])

    await bench.hear(accounts.autopay())
    await bench.send_due()

    assert [sent.to_name for sent in bench.post.sent] == ["Priya"]
    assert "/staff/notifications/alerts" in bench.post.sent[0].text


async def test_never_means_no_mail_and_quiet_hours_hold_it_until_morning(bench):
    await choose(bench, autopay_changed=[PRIYA, DANA])
    never = StaffPreference(staff_id=PRIYA, mode=MailMode.NEVER)
    day = QuietHours(start=time(10), end=time(15))  # it is 10:42 in Los Angeles
    await bench.desk.preferences.put(told.COMPANY, never)
    await bench.desk.preferences.put(told.COMPANY, StaffPreference(staff_id=DANA, quiet=day))

    await bench.hear(accounts.autopay())

    [mail] = staff_mails(bench)
    assert mail.recipient.name == "Dana"
    assert mail.not_before == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


async def test_a_digest_holds_what_came_since_the_last_one_and_is_sent_once_a_day(bench):
    await choose(bench, autopay_changed=[PRIYA])
    daily = StaffPreference(staff_id=PRIYA, mode=MailMode.DAILY)
    await bench.desk.preferences.put(told.COMPANY, daily)
    await send_digests(desks=bench.desks, now=bench.now)
    await bench.hear(accounts.autopay(), accounts.prepaid())
    assert staff_mails(bench) == []

    bench.later(hours=22)  # 8:42 the next morning
    counts = [await send_digests(desks=bench.desks, now=bench.now) for _ in range(2)]

    assert counts == [1, 0]
    [mail] = staff_mails(bench)
    assert mail.words.subject == "1 alert for you"
    assert "opted in to Autopay" in mail.words.body
    bench.later(days=1)
    assert await send_digests(desks=bench.desks, now=bench.now) == 0


@pytest.mark.parametrize(
    ("at", "over"),
    [
        ((2026, 11, 22, 3, 59), (2026, 11, 22, 3, 59)),  # 19:59 the evening before
        ((2026, 11, 22, 4, 0), (2026, 11, 22, 16, 0)),  # 20:00
        ((2026, 11, 22, 15, 59), (2026, 11, 22, 16, 0)),  # 7:59
        ((2026, 11, 22, 16, 0), (2026, 11, 22, 16, 0)),  # 8:00
        ((2026, 3, 8, 9, 0), (2026, 3, 8, 15, 0)),  # the night the clocks go forward
    ],
)
def test_quiet_hours_end_in_the_morning_of_the_place(at, over):
    moment = datetime(*at, tzinfo=UTC)

    assert NIGHT.over_at(moment, "America/Los_Angeles") == datetime(*over, tzinfo=UTC)


async def test_a_plan_without_the_portal_chooses_nobody_for_what_its_customers_do(bench):
    await choose(bench, ticket_waiting=[PRIYA])
    await bench.hear(told.company_changed(plan="basic", trial=False, revision=9))
    with pytest.raises(PlanWithoutPortalError):
        await choose(bench, autopay_changed=[PRIYA])
    await choose(bench, dispute_changed=[PRIYA], autopay_changed=[])
    kept = await bench.desk.alert_choices.chosen(told.COMPANY)
    assert {key: list(ids) for key, ids in kept.items() if ids} == {
        "dispute_changed": [PRIYA],
        "ticket_waiting": [PRIYA],
    }, "what was chosen under the larger plan waits for it"
