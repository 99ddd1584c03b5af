"""Invoices nobody is reminded of, and reminders that wait: over HTTP, with real mail."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR
from tests.integration.test_charging_accounts import (
    DECLINED_LATER,
    due_runs,
    enrolled,
    mails,
    newest_run,
)
from tests.integration.test_closing import CLOSING, choose
from tests.integration.test_reminders import PLAN, due_on, log, look, ten_o_clock
from tests.support.account_customer import Customer, open_account
from tests.support.product import STUCK_ACCOUNT, Booking, Company
from tests.support.provider import Provider

ZONE = ZoneInfo("America/Los_Angeles")
NEVER_QUIET = {"quiet_from": "00:00", "quiet_until": "00:00"}


def remind(company: Company, *days: int, **quiet: str) -> None:
    """Switch reminders on, so many days after the due date."""
    steps = [{"days": one} for one in days]
    company.office.put(PLAN, {"on": True, "steps": steps, **(quiet or NEVER_QUIET)})


def reminded(booking: Booking) -> list[str]:
    """The reminders in the client's mailbox."""
    found = booking.company.sandbox.mails(booking.client_email)
    return [mail["subject"] for mail in found if "was due on" in mail["subject"]]


def disputed_with_more_due(company: Company, provider: Provider) -> Booking:
    """Paid, then a service was added, then the payment was disputed."""
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    line = {"kind": "service", "service_id": company.services["Sewer scope"]["service_id"]}
    company.office.post(f"{booking.path}/lines", line)
    booking.wait_invoice(balance_cents=17_500)
    intent = provider.intent(booking)
    provider.control.post(f"payments/{intent}/dispute")
    words = "Ellen Park disputes a payment of $475.00"
    eventually(lambda: words in company.alerts(booking.inspection_id), "the dispute is known")
    return booking


@pytest.mark.timeout(240)
def test_pending_deferred_disputed_and_silenced_invoices_are_not_reminded_of(
    company: Company, provider: Provider
) -> None:
    remind(company, 1, 2)
    company.office.patch("scheduling/v1/company/policy", {"allow_deferred_payment": True})
    pending, deferred = company.book(), company.book()
    client = pending.client()
    client.checkout()
    client.pay_by_bank(STUCK_ACCOUNT)
    pending.wait_invoice(balance_cents=0, processing_cents=47_500)
    client = deferred.client()
    client.wait("Pay at closing instead")
    choose(client)
    deferred.wait_invoice(status="deferred")
    disputed = disputed_with_more_due(company, provider)
    silent = company.book(notifications_disabled=True)
    plain = company.book()
    day = due_on(plain)  # billing tells in order, so notifications knows the others as well
    assert {due_on(one) for one in (pending, disputed, silent)} == {day}

    assert look(company, ten_o_clock(day, 1)) == 1
    eventually(lambda: reminded(plain), "the one of the plain invoice")
    assert log(pending) == log(deferred) == []
    assert [(m["state"], m["reason"]) for m in log(disputed)] == [("skipped", "disputed")]
    assert [(m["state"], m["reason"]) for m in log(silent)] == [
        ("suppressed", "notifications_disabled")
    ]
    assert look(company, ten_o_clock(CLOSING.isoformat(), 1)) == 0
    assert not any(reminded(one) for one in (pending, deferred, disputed, silent))

    (dispute,) = [one for one in provider.show("disputes")["data"] if _of(one, provider, disputed)]
    provider.control.post(f"disputes/{dispute['id']}/resolve", won=True)

    def reminded_at_last() -> list[str]:
        look(company, ten_o_clock(day, 2))
        return reminded(disputed)

    eventually(reminded_at_last, "the dispute is over")


def _of(dispute: dict[str, Any], provider: Provider, booking: Booking) -> bool:
    return bool(dispute["payment_intent"] == provider.intent(booking))


def a_day_passes(booking: Booking) -> None:
    """What waits to be mailed about it has waited since yesterday, and is due now."""
    now = datetime.now(UTC)
    waiting = {"inspection_id": booking.inspection_id, "kind": "reminder", "state": "waiting"}
    moved = {"not_before": now, "queued_at": now - timedelta(days=1)}
    with MongoClient(booking.company.stack.mongo_url(OPERATOR)) as database:
        changed = database["notifications"]["mails"].update_many(waiting, {"$set": moved})
    assert changed.matched_count


@pytest.mark.timeout(180)
def test_a_send_that_fails_consumes_no_step(company: Company) -> None:
    remind(company, 1)
    booking = company.book()
    day = due_on(booking)
    booking.link()  # the confirmation has left
    company.sandbox.post("faults/smtp", kind="451", count=2, match=booking.client_email)
    assert look(company, ten_o_clock(day, 1)) == 1
    eventually(lambda: [m["attempts"] for m in log(booking)] == [1], "the mail was tried")
    assert look(company, ten_o_clock(day, 2)) == 0, "it is still being tried"
    a_day_passes(booking)
    eventually(lambda: [m["state"] for m in log(booking)] == ["bounced"], "nobody took it")
    assert reminded(booking) == []

    assert look(company, ten_o_clock(day, 2)) == 1, "the step is there again"
    eventually(lambda: len(reminded(booking)) == 1, "the reminder")
    eventually(lambda: "sent" in [m["state"] for m in log(booking)], "it is noted as sent")
    assert look(company, ten_o_clock(day, 3)) == 0


@pytest.mark.timeout(120)
def test_in_quiet_hours_at_the_property_nothing_is_sent_and_what_is_queued_waits(
    company: Company,
) -> None:
    now = datetime.now(ZONE)
    quiet_now = {
        "quiet_from": f"{now - timedelta(hours=1):%H:%M}",
        "quiet_until": f"{now + timedelta(hours=1):%H:%M}",
    }
    remind(company, 1, **quiet_now)
    booking = company.book()
    day = due_on(booking)
    due = ten_o_clock(day, 1).astimezone(ZONE)
    quiet = due.replace(hour=now.hour, minute=now.minute) + timedelta(days=1)
    assert look(company, quiet.astimezone(UTC)) == 0
    assert log(booking) == []
    loud = quiet + timedelta(hours=2)
    assert look(company, loud.astimezone(UTC)) == 1
    assert [m["state"] for m in log(booking)] == ["waiting"]
    remind(company, 1)
    other = company.book()
    assert due_on(other) == day
    assert look(company, loud.astimezone(UTC)) == 1
    eventually(lambda: reminded(other), "the other one, whose plan is never quiet")
    assert reminded(booking) == []


def account_reminders(customer: Customer) -> list[str]:
    return mails(customer, "was due on")


@pytest.mark.timeout(300)
def test_account_customers_are_reminded_unless_autopay_will_charge_them(company: Company) -> None:
    remind(company, 1)
    staff = company.staff_browser()
    settings = staff.open("/staff/billing/settings/portal")
    staff.submit(settings.form("Save"), autopay="on", card_changes="on", autopay_on_due_date="on")
    charged = enrolled(company, DECLINED_LATER)
    (waits,) = charged.book(sites=1)
    plain = open_account(company, sites=1)
    (invoice,) = plain.book(sites=1)
    day = invoice["due_on"]
    assert waits["due_on"] == day
    _known_to_notifications(company, invoice["invoice_id"])

    assert look(company, ten_o_clock(day, 1)) == 1
    eventually(lambda: account_reminders(plain), "the reminder")
    assert "/account/in/" in plain.mails("$150.00 was due")[0]["text"]
    assert account_reminders(charged) == []

    assert due_runs(company, datetime.fromisoformat(day).date()) == 1
    newest_run(company, status="finished", failed_count=1)
    eventually(lambda: mails(charged, "did not go through"), "the customer is told", within=60)
    assert look(company, ten_o_clock(day, 1)) == 1, "nothing charges that card again by itself"
    eventually(lambda: account_reminders(charged), "the reminder after the charge failed")
    assert len(account_reminders(plain)) == 1


def _known_to_notifications(company: Company, invoice_id: str) -> None:
    path = f"/api/notifications/v1/invoices/{invoice_id}/reminders/resume"
    eventually(
        lambda: company.office._http.post(path, json={}).status_code == 204,
        "notifications knows the invoice",
    )
