"""Reminders: one step at a time, each once, and what stops them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.notifications.domain.delivery import RefusedForGood, TryLater
from services.notifications.domain.mail import MailState
from services.notifications.domain.quiet_hours import NIGHT, NO_QUIET_HOURS, QuietHours
from services.notifications.domain.refusals import InvoiceNotFoundError
from services.notifications.domain.reminders import Step
from services.notifications.usecases.pause_reminders import pause_reminders
from services.notifications.usecases.plan_reminders import plan_reminders
from services.notifications.usecases.remind import remind
from shared.contracts.billing_accounts import Allocation
from shared.problems import InvalidError
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_fakes import Bench

DUE = date(2026, 12, 1)
NINE = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
"""Nine in the morning of the due date in Los Angeles."""


async def a_bench(*events, steps=(-3, 1, 7, 14), quiet=NIGHT) -> Bench:
    bench = Bench()
    await bench.hear(told.company_changed(), told.scheduled(), told.invoice_changed())
    await bench.hear(*events)
    await plan_reminders(
        told.COMPANY,
        on=True,
        steps=[Step(days=days) for days in steps],
        quiet=quiet,
        by="owner",
        desk=bench.desk,
        now=bench.now,
    )
    await bench.send_due()
    bench.post.sent.clear()
    return bench


async def look(bench: Bench, at: datetime) -> int:
    bench.now = at
    return await remind(desks=bench.desks, at=at, now=at)


def reminders(bench: Bench):
    return [mail for mail in bench.mails if mail.kind == "reminder"]


async def test_each_step_is_sent_once_on_its_day_with_its_own_text():
    bench = await a_bench(steps=(-3, 0, 7))
    sent = []
    for days in range(-5, 10):
        await look(bench, NINE + timedelta(days=days))
        await look(bench, NINE + timedelta(days=days, hours=1))
        await bench.send_due()
        sent += [(days, message.subject) for message in bench.post.sent]
        bench.post.sent.clear()

    assert sent == [
        (-3, "$625.00 is due on Dec 1, 2026"),
        (0, "$625.00 is due today"),
        (7, "$625.00 was due on Dec 1, 2026"),
    ]


async def test_it_goes_to_the_payer_with_a_link_of_his_own():
    bench = await a_bench(told.invoice_changed(told.an_agents_invoice()))

    assert await look(bench, NINE + timedelta(days=1)) == 2
    await bench.send_due()

    assert {sent.to_address for sent in bench.post.sent} == {
        "ellen@example.com",
        "marcus@example.com",
    }
    [his] = bench.post.to("marcus@example.com")
    assert "$175.00" in his.text
    assert "/pay/token-" in his.text
    assert "$625.00" not in his.text + his.html


async def test_an_account_customer_is_led_to_his_account():
    invoice = told.an_invoice(
        account_id=accounts.ACCOUNT,
        payer=told.ELLEN.model_copy(
            update={"contact_id": "nora", "name": "Nora Diaz", "email": accounts.NORA.email}
        ),
        revision=2,
    )
    bench = await a_bench(accounts.account_changed(), told.invoice_changed(invoice))

    await look(bench, NINE + timedelta(days=1))
    await bench.send_due()

    [sent] = bench.post.to(accounts.NORA.email)
    assert "/account/in/token-" in sent.text


async def test_after_an_outage_only_the_latest_step_is_sent():
    bench = await a_bench(steps=(-3, 1, 3, 5))

    assert await look(bench, NINE + timedelta(days=6)) == 1
    assert await look(bench, NINE + timedelta(days=6, hours=5)) == 0

    [mail] = reminders(bench)
    assert mail.text_key == "reminder_after"


async def test_a_step_too_old_is_left_out():
    bench = await a_bench(steps=(1,))

    assert await look(bench, NINE + timedelta(days=9)) == 0


async def test_switched_on_late_nothing_is_made_up_for():
    bench = await a_bench(steps=(-3,))
    off = {"quiet": NIGHT, "by": "owner", "desk": bench.desk}
    await plan_reminders(told.COMPANY, on=False, steps=[], now=bench.now, **off)
    after = NINE - timedelta(days=2)
    await plan_reminders(told.COMPANY, on=True, steps=[Step(days=-3)], now=after, **off)

    assert await look(bench, after + timedelta(hours=1)) == 0


async def test_no_step_on_the_day_the_invoice_was_issued():
    """Booked and due the same day: the confirmation has just said so."""
    invoice = told.an_invoice(issued_on=DUE, due_on=DUE, revision=2)
    bench = await a_bench(told.invoice_changed(invoice), steps=(-3, 0, 1))

    assert await look(bench, NINE + timedelta(hours=2)) == 0
    assert await look(bench, NINE + timedelta(days=1)) == 1


STOPPED = [
    pytest.param(told.invoice_changed(told.paid(told.an_invoice())), id="paid"),
    pytest.param(told.invoice_changed(told.an_invoice(status="void", revision=2)), id="void"),
    pytest.param(
        told.invoice_changed(told.an_invoice(status="deferred", revision=2)), id="deferred"
    ),
    pytest.param(
        told.invoice_changed(
            told.an_invoice(
                status="processing", processing_cents=62500, balance_cents=0, revision=2
            )
        ),
        id="on its way by bank (C23)",
    ),
    pytest.param(
        told.invoice_changed(told.an_invoice(gate="until_published", revision=2)),
        id="collected after publish (R8)",
    ),
    pytest.param(told.disputed("needs_response"), id="disputed"),
]


@pytest.mark.parametrize("event", STOPPED)
async def test_these_stop_a_reminder_before_it_is_queued_and_after(event):
    before, after = await a_bench(event), await a_bench()

    assert await look(before, NINE + timedelta(days=1)) == 0
    assert await look(after, NINE + timedelta(days=1)) == 1
    await after.hear(event)
    await after.send_due()

    assert [m.state for m in reminders(after)] == [MailState.SKIPPED]
    assert before.post.sent == after.post.sent == []


@pytest.mark.parametrize(("created", "reminded"), [(timedelta(days=-1), 1), (timedelta(days=1), 0)])
async def test_autopay_stops_only_what_it_will_charge(created, reminded):
    """C25: invoices of jobs created after the enrolment."""
    enrolled_at = told.NOW - timedelta(days=5)
    invoice = told.an_invoice(
        account_id=accounts.ACCOUNT, job_created_at=enrolled_at + created, revision=2
    )
    bench = await a_bench(
        accounts.account_changed(),
        accounts.autopay(enrolled_at=enrolled_at),
        told.invoice_changed(invoice),
    )

    assert await look(bench, NINE + timedelta(days=1)) == reminded


@pytest.mark.parametrize(
    ("tried", "reminded"),
    [
        ({"origin": "charge_run", "status": "failed"}, 1),
        ({"origin": "staff", "status": "failed"}, 1),
        ({"origin": "charge_run", "status": "returned"}, 1),
        ({"origin": "customer", "status": "failed"}, 0),
        ({"origin": "charge_run", "status": "processing"}, 0),
    ],
)
async def test_an_invoice_whose_charge_brought_no_money_is_reminded_of_like_any_other(
    tried, reminded
):
    """Autopay does not charge the same method again by itself; the payer has to act."""
    invoice = told.an_invoice(account_id=accounts.ACCOUNT, job_created_at=told.NOW, revision=2)
    part = Allocation(invoice_id=invoice.invoice_id, invoice_number="HP-1", amount_cents=10_000)
    bench = await a_bench(
        accounts.account_changed(),
        accounts.autopay(enrolled_at=told.NOW - timedelta(days=5)),
        told.invoice_changed(invoice),
        accounts.account_paid(allocations=(part,), **tried),
    )

    assert await look(bench, NINE + timedelta(days=1)) == reminded


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (told.company_changed(trial=True, revision=2), "trial_account"),
        (told.scheduled(notifications_disabled=True, revision=2), "notifications_disabled"),
    ],
)
async def test_trial_and_silence_suppress_it_for_good_and_the_log_says_so(event, reason):
    bench = await a_bench()
    await bench.hear(event)

    assert await look(bench, NINE + timedelta(days=1)) == 0
    assert await look(bench, NINE + timedelta(days=2)) == 0

    assert [(m.state, m.reason) for m in reminders(bench)] == [(MailState.SUPPRESSED, reason)]


async def test_staff_pause_one_invoice_and_the_log_says_so_and_it_goes_on_afterwards():
    bench = await a_bench()
    pause = {"by": "Priya", "desk": bench.desk, "now": bench.now}
    await pause_reminders(told.COMPANY, told.CLIENT_INVOICE, paused=True, **pause)

    assert await look(bench, NINE + timedelta(days=1)) == 0
    assert await look(bench, NINE + timedelta(days=1, hours=1)) == 0
    assert [m.reason for m in reminders(bench)] == ["reminders_paused"]
    await pause_reminders(told.COMPANY, told.CLIENT_INVOICE, paused=False, **pause)

    assert await look(bench, NINE + timedelta(days=1, hours=2)) == 1


async def test_a_send_that_never_reached_a_server_consumes_no_step():
    bench = await a_bench()
    bench.post.answers = [TryLater("unreachable", asked=True)] * 60
    await look(bench, NINE + timedelta(days=1))
    while reminders(bench)[0].state is MailState.WAITING:
        await bench.send_due()
        bench.later(minutes=30)
    assert reminders(bench)[0].reason.startswith("gave up")
    bench.post.answers.clear()
    bench.post.sent.clear()

    assert await look(bench, NINE + timedelta(days=2, hours=2)) == 1
    await bench.send_due()

    assert len(bench.post.sent) == 1


async def test_a_refusal_for_good_does_consume_it():
    bench = await a_bench()
    bench.post.answers = [RefusedForGood("550 nobody here")]
    await look(bench, NINE + timedelta(days=1))
    await bench.send_due()

    assert await look(bench, NINE + timedelta(days=2)) == 0


async def test_nobody_is_reminded_at_night_however_late_it_got():
    bench = await a_bench()
    night = datetime(2026, 12, 3, 5, 0, tzinfo=UTC)  # nine in the evening of the 2nd

    assert await look(bench, night) == 0
    assert await look(bench, datetime(2026, 12, 3, 16, 0, tzinfo=UTC)) == 1


async def test_a_mail_the_server_kept_waiting_is_held_until_morning_at_the_property():
    bench = await a_bench(told.scheduled(time_zone="America/New_York", revision=2))
    await look(bench, datetime(2026, 12, 3, 0, 30, tzinfo=UTC))  # 7:30 in the evening there
    bench.post.answers = [TryLater("421 busy", asked=True)]
    await bench.send_due()
    bench.now = datetime(2026, 12, 3, 1, 0, tzinfo=UTC)

    [mail] = await bench.send_due()

    assert (mail.state, mail.reason) == (MailState.WAITING, "quiet_hours")
    assert mail.not_before == datetime(2026, 12, 3, 13, 0, tzinfo=UTC)


async def test_quiet_hours_may_be_none():
    bench = await a_bench(quiet=NO_QUIET_HOURS)

    assert await look(bench, datetime(2026, 12, 3, 8, 0, tzinfo=UTC)) == 1


@pytest.mark.parametrize(
    "steps", [[1, 1], list(range(11)), [91], [-91], []], ids=["twice", "many", "far", "early", "no"]
)
async def test_a_plan_that_makes_no_sense_is_refused(steps):
    bench = await a_bench()

    with pytest.raises(InvalidError):
        await plan_reminders(
            told.COMPANY,
            on=True,
            steps=[Step(days=days) for days in steps],
            quiet=QuietHours(start=time(20), end=time(8)),
            by="owner",
            desk=bench.desk,
            now=bench.now,
        )


async def test_off_until_switched_on_and_an_unknown_invoice_cannot_be_paused():
    bench = Bench()
    await bench.hear(told.company_changed(), told.scheduled(), told.invoice_changed())

    assert await look(bench, NINE + timedelta(days=1)) == 0
    with pytest.raises(InvoiceNotFoundError):
        await pause_reminders(
            "other", told.CLIENT_INVOICE, paused=True, by="x", desk=bench.desk, now=bench.now
        )
