"""What the client owes follows the services, before and after payment; the agreement on request."""

from typing import Any

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company, link_in
from tests.support.refusals import refusal, refusal_code
from tests.support.visitor import Page, Visitor


def line_of(booking: Booking, name: str) -> str:
    return next(line["line_id"] for line in booking.show()["lines"] if line["name"] == name)


def remove(booking: Booking, name: str) -> None:
    booking.company.office.delete(f"{booking.path}/lines/{line_of(booking, name)}")


def add(booking: Booking, kind: str, name: str, cents: int) -> Any:
    line = {"kind": kind, "name": name, "amount_cents": cents}
    return booking.company.office.post(f"{booking.path}/lines", line)


def pay(booking: Booking) -> Client:
    """The client pays all of it by card."""
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    return client


def box(staff: Visitor, booking: Booking) -> Page:
    """The Payments box of the inspection page."""
    return staff.open(f"/billing/fragments/inspections/{booking.inspection_id}/payments")


# ------------------------------------------------------------------------- before the payment
@pytest.mark.rule(57)
def test_services_fees_and_credits_change_what_is_due(company: Company) -> None:
    booking = company.book("Full home inspection", "Radon test")
    client = booking.client()
    client.wait("Pay $625.00")
    office = company.office
    office.post(
        f"{booking.path}/lines",
        {"kind": "service", "service_id": company.services["Sewer scope"]["service_id"]},
    )
    client.wait("Pay $800.00")
    remove(booking, "Radon test")
    client.wait("Pay $650.00")
    add(booking, "fee", "Travel", 2_550)
    client.wait("Pay $675.50")
    assert "Travel" in client.page.text
    add(booking, "credit", "Loyal client", 5_000)
    client.wait("Pay $625.50")
    office.patch(f"{booking.path}/lines/{line_of(booking, 'Sewer scope')}", {"amount_cents": 9_900})
    client.wait("Pay $549.50")
    invoice = booking.wait_invoice(total_cents=54_950, balance_cents=54_950)
    assert {line["name"]: line["amount_cents"] for line in invoice["lines"]} == {
        "Full home inspection": 47_500,
        "Sewer scope": 9_900,
        "Travel": 2_550,
        "Loyal client": -5_000,
    }
    assert (
        company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")[
            "balance_cents"
        ]
        == 54_950
    )


def test_the_amount_of_an_earlier_page_is_not_charged(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    form = client.page.form("Pay $")
    add(booking, "fee", "Travel", 2_500)
    booking.wait_invoice(total_cents=50_000)
    page = client.browser.submit(form)
    assert page.status == 409
    assert "It was $475.00 and is now $500.00." in page.text


# -------------------------------------------------------------------------- after the payment
@pytest.mark.scenario(33)
def test_what_is_removed_after_payment_becomes_a_surplus_and_an_alert(company: Company) -> None:
    booking = company.book("Full home inspection", "Radon test")
    client = pay(booking)
    booking.publish()
    booking.wait_released(released=True)
    remove(booking, "Radon test")
    invoice = booking.wait_invoice(surplus_cents=15_000)
    assert (invoice["status"], invoice["balance_cents"]) == ("paid", 0)
    assert (invoice["total_cents"], invoice["paid_cents"]) == (47_500, 62_500)
    balance = company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    assert (balance["balance_cents"], balance["surplus_cents"]) == (0, 15_000)
    assert balance["report_released"] is True
    eventually(
        lambda: "Ellen Park paid $150.00 more than is due" in company.alerts(booking.inspection_id),
        "the alert about the surplus",
    )
    client.wait("Paid more than the final bill")
    assert "$150.00" in client.page.text
    client.wait("Report unlocked")
    assert "$150.00 to be refunded" in box(company.staff_browser(), booking).text

    payment = invoice["payments"][0]["payment_id"]
    company.office.post(
        f"billing/v1/payments/{payment}/refunds",
        {"amount_cents": 15_000, "reason": "Radon test removed", "with_credit": True},
    )
    settled = booking.wait_invoice(surplus_cents=0)
    assert (settled["status"], settled["total_cents"]) == ("paid", 47_500)
    assert settled["paid_cents"] == 47_500


def test_a_lower_price_after_payment_is_a_surplus_too(company: Company) -> None:
    booking = company.book()
    pay(booking)
    line = f"{booking.path}/lines/{line_of(booking, 'Full home inspection')}"
    company.office.patch(line, {"amount_cents": 40_000})
    booking.wait_invoice(surplus_cents=7_500, balance_cents=0)
    company.office.patch(line, {"amount_cents": 47_500})
    booking.wait_invoice(surplus_cents=0, balance_cents=0, status="paid")


def test_what_is_added_after_payment_is_due_and_locks_the_report(company: Company) -> None:
    booking = company.book()
    client = pay(booking)
    booking.publish()
    client.wait("Report unlocked")
    add(booking, "fee", "Second visit", 2_500)
    client.wait("Pay $25.00")
    assert "Report locked" in client.page.text
    booking.wait_released(released=False)
    booking.wait_invoice(status="open", total_cents=50_000, paid_cents=47_500, balance_cents=2_500)
    client.checkout()
    assert "$25.00" in client.page.text
    client.pay_by_card()
    client.wait("Paid in full")
    client.wait("Report unlocked")
    invoice = booking.wait_invoice(status="paid", paid_cents=50_000)
    assert [payment["amount_cents"] for payment in invoice["payments"]] == [47_500, 2_500]


@pytest.mark.rule(27)
def test_resend_after_a_fee_brings_a_link_with_the_new_amount(company: Company) -> None:
    booking = company.book()
    client = pay(booking)
    first = booking.link()
    add(booking, "fee", "Second visit", 2_500)
    client.wait("Pay $25.00")
    staff = company.staff_browser()
    actions = staff.open(f"/staff/scheduling/inspections/{booking.inspection_id}/actions")
    staff.submit(actions.form("Resend"))

    def again() -> dict[str, Any] | None:
        mails = company.sandbox.mails(booking.client_email)
        return next(
            (m for m in mails if link_in(m) not in {first, None} and "$25.00" in m["text"]), None
        )

    mail = eventually(again, "a mail with another link and the new amount")
    page = company.visitor().open(link_in(mail))
    assert any("Pay $25.00" in button for button in page.buttons)


# ------------------------------------------------------------------------------ the agreement
def sign(client: Client) -> Page:
    page = client.browser.open(f"{client.home}/agreement")
    return client.browser.submit(page.form("Sign agreement"), signed_by="Ellen Park", accepted="on")


@pytest.mark.rule(57, 58)
def test_update_agreements_asks_the_client_to_sign_the_new_amount(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    sign(client)
    client.wait("Agreement signed")
    eventually(lambda: booking.show()["agreement_signed"], "the signature at the office")
    staff = company.staff_browser()
    address = f"/staff/scheduling/inspections/{booking.inspection_id}"
    services = staff.open(address)
    assert "Services & Add Ons" in services.text
    form = staff.open(services.link("Add service")).form("Add")
    staff.submit(form, kind="manual", manual_kind="fee", name="Travel", amount="25.00")
    page = staff.open(address)
    assert "The agreement still says $475.00" in page.text
    assert "The inspection now costs $500.00." in page.text
    assert {"update agreements", "Dismiss"} <= set(page.buttons)
    staff.submit(page.form("update agreements"))
    assert "The agreement still says" not in staff.open(address).text

    client.wait("Sign the new agreement")
    assert link_in(booking.mail("Please sign the updated agreement"))
    agreement = client.browser.open(f"{client.home}/agreement")
    assert "There is a new version of the agreement" in agreement.text
    assert "$500.00" in agreement.text
    assert booking.show()["agreement_signed"] is False
    sign(client)
    client.wait("Agreement signed")
    eventually(lambda: booking.show()["agreement_signed"], "the second signature")
    kept = company.office.get(f"{booking.path}/agreement")
    assert (kept["version"], kept["total_cents"], kept["signed_by"]) == (2, 50_000, "Ellen Park")


@pytest.mark.rule(58)
def test_dismiss_leaves_the_agreement_as_it_is(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    sign(client)
    client.wait("Agreement signed")
    eventually(lambda: booking.show()["agreement_signed"], "the signature at the office")
    add(booking, "fee", "Travel", 2_500)
    assert booking.show()["agreement_behind"] is True
    staff = company.staff_browser()
    address = f"/staff/scheduling/inspections/{booking.inspection_id}"
    staff.submit(staff.open(address).form("Dismiss"))
    assert "The agreement still says" not in staff.open(address).text
    shown = booking.show()
    assert (shown["agreement_behind"], shown["agreement_signed"]) == (False, True)
    assert company.office.get(f"{booking.path}/agreement")["total_cents"] == 47_500
    client.wait("Pay $500.00")
    assert "Agreement signed" in client.page.text
    add(booking, "fee", "Once more", 1_000)
    assert booking.show()["agreement_behind"] is True


def test_a_signature_under_an_earlier_version_is_refused(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    early = client.browser.open(f"{client.home}/agreement").form("Sign agreement")
    add(booking, "fee", "Travel", 2_500)
    company.office.post(f"{booking.path}/agreement/update", {})
    eventually(
        lambda: "$500.00" in client.browser.open(f"{client.home}/agreement").text,
        "the new version on the client's page",
    )
    refused = client.browser.submit(early, signed_by="Ellen Park", accepted="on")
    assert refused.status == 409
    assert "The agreement has changed" in refused.text
    assert booking.show()["agreement_signed"] is False
    problem = refusal(lambda: company.office.post(f"{booking.path}/agreement/update", {}))
    assert (problem["status"], problem["code"]) == (409, "agreement_up_to_date")
    sign(client)
    eventually(lambda: booking.show()["agreement_signed"], "the signature")


def test_an_agreement_needs_a_name_and_a_tick(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    form = client.browser.open(f"{client.home}/agreement").form("Sign agreement")
    for fields in ({"signed_by": "", "accepted": "on"}, {"signed_by": "Ellen Park"}):
        refused = client.browser.submit(form, **fields)
        assert refused.status == 422, fields
        assert refused.soup.select_one("[role=alert]")
    assert "Agreement signed" not in client.reload().text


# ------------------------------------------------------------------- disable all notifications
@pytest.mark.rule(56)
def test_while_notifications_are_disabled_nobody_is_told_and_later_nothing_is_made_up_for(
    company: Company,
) -> None:
    booking = company.book()
    booking.link()
    mailed = len(company.sandbox.mails(booking.client_email))
    company.office.patch(booking.path, {"notifications_disabled": True})
    add(booking, "fee", "Travel", 2_500)
    company.office.post(f"{booking.path}/agreement/update", {})
    path = f"notifications/v1/inspections/{booking.inspection_id}/resend"
    booking.wait_invoice(total_cents=50_000)
    eventually(
        lambda: refusal_code(company.office, path) == "notifications_disabled",
        "the refusal to resend",
    )
    booking.publish()

    def suppressed() -> list[str]:
        listed = company.office.get(
            "notifications/v1/mails", inspection_id=booking.inspection_id, state="suppressed"
        )
        return [mail["reason"] for mail in listed["items"]]

    eventually(lambda: len(suppressed()) >= 2, "suppressed mails in the log")
    assert set(suppressed()) == {"notifications_disabled"}
    assert len(company.sandbox.mails(booking.client_email)) == mailed

    company.office.patch(booking.path, {"notifications_disabled": False})
    sent = eventually(lambda: resent(company, path), "resending is possible again")
    eventually(
        lambda: len(company.sandbox.mails(booking.client_email)) == mailed + len(sent),
        "the mail that was asked for, and no other",
    )


def resent(company: Company, path: str) -> list[dict[str, Any]]:
    """What was sent, as soon as it is allowed."""
    try:
        mails: list[dict[str, Any]] = company.office.post(path, {})
    except httpx.HTTPStatusError:
        return []
    return mails
