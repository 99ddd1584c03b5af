"""Reminders over HTTP: sent once on their day, stopped by payment and by staff, told in the log."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Company
from tests.support.refusals import refusal

PLAN = "notifications/v1/reminders"


def look(company: Company, at: datetime) -> int:
    """A round of reminders as if it were that moment; how many mails it queued."""
    company_id = company.office.get("scheduling/v1/company")["company_id"]
    said = company.stack.run(
        "notifications",
        "services.notifications.main",
        "remind",
        "--company",
        company_id,
        "--at",
        at.isoformat(),
    )
    return int(re.search(r"^(\d+) reminders", said, re.MULTILINE)[1])


def ten_o_clock(due_on: str, days: int) -> datetime:
    """Ten in the morning at the property, so many days after the due date."""
    day = datetime.fromisoformat(due_on) + timedelta(days=days)
    return day.replace(hour=10, tzinfo=ZoneInfo("America/Los_Angeles")).astimezone(UTC)


def log(booking: Booking) -> list[dict[str, Any]]:
    listed = booking.company.office.get(
        "notifications/v1/mails", inspection_id=booking.inspection_id, kind="reminder"
    )
    return list(listed["items"])


def due_on(booking: Booking) -> str:
    """The day its invoice is due, once notifications knows the invoice too."""
    invoice = booking.invoice()
    path = f"notifications/v1/invoices/{invoice['invoice_id']}/reminders/resume"
    eventually(lambda: _known(booking.company, path), "notifications knows the invoice")
    return str(invoice["due_on"])


def _known(company: Company, path: str) -> bool:
    answer = company.office._http.post(f"/api/{path}", json={})
    return answer.status_code == 204


@pytest.mark.timeout(200)
def test_an_open_invoice_is_reminded_of_step_by_step_until_it_is_paid(company: Company) -> None:
    booking, paused = company.book(), company.book()
    due = due_on(booking)
    assert due_on(paused) == due
    assert look(company, ten_o_clock(due, 2)) == 0  # off until switched on
    plan = {
        "on": True,
        "steps": [{"days": 1}, {"days": 4}, {"days": 9}],
        "quiet_from": "00:00",
        "quiet_until": "00:00",
    }
    company.office.put(PLAN, plan)
    pause = f"notifications/v1/invoices/{paused.invoice()['invoice_id']}/reminders/pause"
    assert _known(company, pause)

    assert look(company, ten_o_clock(due, 1)) == 1
    assert look(company, ten_o_clock(due, 2)) == 0
    first = booking.mail("was due on")
    assert "$475.00" in first["text"]
    assert look(company, ten_o_clock(due, 10)) == 1  # the latest step only
    eventually(lambda: [m["state"] for m in log(booking)] == ["sent", "sent"], "both were sent")
    told = eventually(lambda: log(paused), "the log tells of the paused one")
    assert {(m["state"], m["reason"]) for m in told} == {("skipped", "reminders_paused")}
    owner = company.staff_browser()
    page = owner.open(f"/staff/notifications/invoices/{paused.invoice()['invoice_id']}/reminders")
    assert "Reminders of this invoice are paused" in page.text
    resumed = owner.submit(page.form("Resume reminders"))
    assert "Pause reminders" in resumed.text

    client = paused.client()
    client.checkout()
    client.pay_by_card()
    paused.wait_invoice(status="paid")
    eventually(
        lambda: paused.mail("Receipt") and look(company, ten_o_clock(due, 9)) == 0,
        "a paid invoice is left alone",
    )
    assert not any("due on" in m["subject"] for m in company.sandbox.mails(paused.client_email))


@pytest.mark.timeout(120)
def test_a_plan_that_makes_no_sense_is_refused_where_it_is_typed(company: Company) -> None:
    twice = {"on": True, "steps": [{"days": 3}, {"days": 3}]}
    assert refusal(lambda: company.office.put(PLAN, twice))["status"] == 422
    owner = company.staff_browser()
    page = owner.open("/staff/notifications/settings/reminders")
    refused = owner.submit(page.form("Save"), days_0="x")
    assert refused.status == 422
    assert "Enter a whole number" in refused.text
    assert not company.office.get(PLAN)["on"]
