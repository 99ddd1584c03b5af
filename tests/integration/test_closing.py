"""Paying at closing: offered by the company, chosen by the client, undone by staff (C30)."""

from datetime import UTC, date, datetime, timedelta

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company
from tests.support.refusals import refusal
from tests.support.visitor import Page

POLICY = "scheduling/v1/company/policy"
CLOSING = (datetime.now(UTC) + timedelta(days=20)).date()
ACCEPTED = {
    "closing_on": CLOSING.isoformat(),
    "contact_name": "Dana Escrow",
    "contact_email": "dana@title.example",
    "accepted_by": "Ellen Park",
    "accepted": "on",
}


@pytest.fixture
def offering(company: Company) -> Company:
    """A company that allows deferred payment."""
    company.office.patch(POLICY, {"allow_deferred_payment": True})
    return company


def offered(booking: Booking) -> Client:
    """The client in front of a page that offers it."""
    client = booking.client()
    client.wait("Pay at closing instead")
    return client


def choose(client: Client, **changes: str) -> Page:
    page = client.browser.open(f"{client.home}/closing")
    return client.browser.submit(page.form("Pay at closing"), **{**ACCEPTED, **changes})


def defer(client: Client) -> None:
    choose(client)
    client.wait("You chose to pay at closing")


def day_in_words(day: date) -> str:
    return f"{day:%b} {day.day}"


def test_the_client_pays_at_closing_and_reads_the_report_before(offering: Company) -> None:
    booking = offering.book()
    before = booking.invoice()
    client = offered(booking)
    booking.publish()
    client.wait("Report locked")
    defer(client)
    assert "Dana Escrow" in client.page.text
    assert f"Due {day_in_words(CLOSING)}" in client.page.text
    invoice = booking.wait_invoice(status="deferred", due_on=CLOSING.isoformat())
    assert invoice["balance_cents"] == before["balance_cents"] == 47_500
    deferral = invoice["deferral"]
    assert deferral["closing_on"] == CLOSING.isoformat()
    assert deferral["contact_name"] == "Dana Escrow"
    assert deferral["contact_email"] == "dana@title.example"
    assert deferral["accepted_by"] == "Ellen Park"
    assert deferral["accepted_at"]
    booking.wait_released(released=True)
    client.wait("Report unlocked")
    report = client.browser.http.get(client.page.link("report"))
    assert report.content.startswith(b"%PDF-")

    staff = offering.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    assert f"Due at closing {day_in_words(CLOSING)}" in page.text
    assert "Dana Escrow" in page.text
    assert "dana@title.example" in page.text


def test_who_chose_closing_may_still_pay_at_once(offering: Company) -> None:
    booking = offering.book()
    client = offered(booking)
    defer(client)
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/cancel-deferral"
    refused = refusal(lambda: offering.office.post(path, {}))
    assert (refused["status"], refused["code"]) == (409, "deferral_refused")


def test_money_handed_over_at_closing_is_recorded(offering: Company) -> None:
    booking = offering.book()
    defer(offered(booking))
    path = f"billing/v1/invoices/{booking.wait_invoice(status='deferred')['invoice_id']}/payments"
    offering.office.post(path, {"amount_cents": 47_500, "method": "check", "reference": "E-1"})
    booking.wait_invoice(status="paid", balance_cents=0)


def test_staff_may_cancel_it_while_it_is_unpaid(offering: Company) -> None:
    booking = offering.book()
    due_before = booking.invoice()["due_on"]
    booking.publish()
    client = offered(booking)
    defer(client)
    booking.wait_released(released=True)
    staff = offering.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    staff.submit(page.form("Cancel paying at closing"))
    invoice = booking.wait_invoice(status="open", balance_cents=47_500)
    assert invoice["deferral"] is None
    assert invoice["due_on"] == due_before
    booking.wait_released(released=False)
    client.wait("Report locked")
    assert any("Pay $475.00" in button for button in client.page.buttons)


def test_the_form_says_what_is_missing(offering: Company) -> None:
    client = offered(offering.book())
    yesterday = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    for changes, words in (
        ({"closing_on": ""}, "Enter the closing date"),
        ({"closing_on": yesterday}, "Enter a closing date that is today or later"),
        ({"closing_on": "soon"}, "Enter a date, like 2026-12-01"),
        ({"contact_name": ""}, "Enter who handles the closing"),
        ({"contact_email": "dana"}, "Enter an email address in the correct format"),
        ({"accepted_by": ""}, "Type your full name to accept"),
        ({"accepted": "no"}, "Tick the box to accept"),
    ):
        page = choose(client, **changes)
        assert page.status == 422, changes
        assert words in page.text
    assert client.booking.invoice()["status"] == "open"


def test_it_is_not_offered_unless_the_company_allows_it(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    client.wait("Pay $475.00")
    assert "closing" not in client.page.text.lower()
    opened = client.browser.open(f"{client.home}/closing", follow=False)
    assert opened.status == 303
    form = client.page.form("Pay $")
    refused = client.browser.http.post(
        f"{client.home}/closing",
        data={**ACCEPTED, "csrf_token": form.values["csrf_token"]},
        headers={"Origin": company.stack.gateway},
    )
    assert refused.status_code == 409
    assert booking.invoice()["deferral"] is None


def test_a_part_that_is_paid_or_under_way_cannot_be_put_off(offering: Company) -> None:
    booking = offering.book()
    client = offered(booking)
    form = client.browser.open(f"{client.home}/closing").form("Pay at closing")
    client.checkout()
    client.pay_by_bank("000000000009")
    booking.wait_invoice(status="processing")
    refused = client.browser.submit(form, **ACCEPTED)
    assert refused.status == 409
    assert booking.invoice()["status"] == "processing"
    client.wait("Your bank payment is on its way")
    assert "Pay at closing" not in client.page.text


def test_deferred_payment_and_collecting_after_publish_exclude_each_other_both_ways(
    offering: Company,
) -> None:
    """C6: refused with a reason, never switched off silently."""
    office = offering.office
    after_publish = {"collect_payment_after_publish": True}
    refused = refusal(lambda: office.patch(POLICY, after_publish))
    assert (refused["status"], refused["code"]) == (409, "deferred_payment_on")
    assert refused["title"] == (
        "Turn off Allow deferred payment before turning on Collect payment after publish"
    )
    policy = office.get("scheduling/v1/company")["policy"]
    assert policy["allow_deferred_payment"] is True
    assert policy["collect_payment_after_publish"] is False
    office.patch(POLICY, {"allow_deferred_payment": False})
    office.patch(POLICY, after_publish)
    refused = refusal(lambda: office.patch(POLICY, {"allow_deferred_payment": True}))
    assert (refused["status"], refused["code"]) == (409, "deferred_payment_blocked")
    booking = offering.book()
    client = booking.client()
    eventually(
        lambda: "Payment to be collected after inspection is published" in client.reload().text,
        "the sentence",
    )
    assert "closing" not in client.page.text.lower()


def test_turning_it_off_leaves_what_was_agreed(offering: Company) -> None:
    booking, later = offering.book(), offering.book()
    client = offered(booking)
    defer(client)
    booking.wait_invoice(status="deferred")
    offering.office.patch(POLICY, {"allow_deferred_payment": False})
    other = later.client()
    eventually(lambda: "Pay at closing instead" not in other.reload().text, "no offer any more")
    client.wait("You chose to pay at closing")
    assert booking.invoice()["status"] == "deferred"


def test_who_only_looks_cannot_cancel_it(offering: Company) -> None:
    booking = offering.book()
    defer(offered(booking))
    invoice_id = booking.wait_invoice(status="deferred")["invoice_id"]
    key = offering.office.post("scheduling/v1/api-keys", {"name": "Look", "scopes": ["read"]})
    gateway = offering.stack.gateway
    token = httpx.post(
        f"{gateway}/api/scheduling/v1/tokens", json={"api_key": key["api_key"]}, timeout=30
    ).json()["access_token"]
    answer = httpx.post(
        f"{gateway}/api/billing/v1/invoices/{invoice_id}/cancel-deferral",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code == 403
    assert booking.invoice()["status"] == "deferred"
