"""A client opens the mailed link, signs, pays, and reads the report."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import (
    AUTHENTICATED_CARD,
    DECLINED_CARD,
    POOR_ACCOUNT,
    Company,
)
from tests.support.provider import Provider


@pytest.mark.scenario(1)
@pytest.mark.rule(15, 17, 20, 21, 34)
def test_from_booking_to_paid_and_the_open_report(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    assert "1482 Alder Creek Rd" in client.page.text
    assert "Payment due" in client.page.text
    assert any("Pay $475.00" in button for button in client.page.buttons)
    assert "Report locked" in client.page.text

    agreement = client.browser.open(client.page.link("Sign"))
    client.browser.submit(agreement.form("Sign agreement"), signed_by="Ellen Park", accepted="on")
    client.wait("Agreement signed")

    booking.publish()
    client.wait("Payment due")
    assert "Report locked" in client.page.text

    client.checkout()
    assert "$475.00" in client.page.text
    client.pay_by_card()
    client.wait("Paid in full")

    invoice = booking.wait_invoice(status="paid", balance_cents=0, paid_cents=47_500)
    assert [payment["amount_cents"] for payment in invoice["payments"]] == [47_500]
    report = client.browser.http.get(client.wait("Report unlocked").link("report"))
    assert report.status_code == 200
    assert report.content.startswith(b"%PDF-")
    assert "$475.00" in booking.mail("receipt")["text"]
    eventually(
        lambda: any("paid" in text.lower() for text in company.alerts(booking.inspection_id)),
        "an alert about the payment",
    )


@pytest.mark.scenario(23)
def test_a_declined_card_takes_nothing_and_another_card_pays(
    company: Company, provider: Provider
) -> None:
    """One page, one charge; the history keeps the failure and why."""
    booking = company.book()
    client = booking.client()
    client.checkout()
    declined = client.pay_by_card(DECLINED_CARD)
    assert "declined" in declined.text.lower()
    eventually(lambda: provider.attempts(booking)[0]["failures"], "billing has heard of it")
    client.pay_by_card()
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid")
    assert invoice["paid_cents"] == 47_500
    [attempt] = provider.attempts(booking)
    assert len(attempt["failures"]) == 1
    intent = provider.show(f"payment_intents/{attempt['payment_intent_id']}")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 47_500)
    history = company.staff_browser().open(
        f"/staff/billing/inspections/{booking.inspection_id}/payments"
    )
    assert "Payment of $475.00 failed Ellen Park: Your card was declined." in history.text
    assert "Ellen Park paid $475.00" in history.text


@pytest.mark.scenario(24)
def test_three_d_secure_passed_is_paid(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card(AUTHENTICATED_CARD)
    client.page = client.browser.submit(client.page.form("Complete"))
    client.wait("Paid in full")
    booking.wait_invoice(status="paid")


@pytest.mark.scenario(24)
def test_three_d_secure_failed_is_unpaid_and_the_page_says_why(
    company: Company, provider: Provider
) -> None:
    """On the provider's page, on the client's and in the office's history."""
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card(AUTHENTICATED_CARD)
    failed = client.browser.submit(client.page.form("Fail"))
    why = "We are unable to authenticate your payment method"
    assert why in failed.text
    page = client.wait("The payment did not go through")
    assert why in page.text
    assert "You have not been charged. Try again, or use another card" in page.text
    assert any("Pay $475.00" in button for button in page.buttons)
    assert booking.invoice()["paid_cents"] == 0
    history = f"/staff/billing/inspections/{booking.inspection_id}/payments"
    assert why in company.staff_browser().open(history).text
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500
    received = [
        provider.show(f"payment_intents/{attempt['payment_intent_id']}")["amount_received"]
        for attempt in provider.attempts(booking)
    ]
    assert sum(received) == 47_500


@pytest.mark.scenario(24)
def test_walking_away_from_three_d_secure_leaves_the_invoice_payable(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card(AUTHENTICATED_CARD)
    client.reload()
    assert booking.invoice()["paid_cents"] == 0
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500


@pytest.mark.scenario(15)
def test_a_bank_payment_is_processing_until_it_settles(company: Company) -> None:
    booking = company.book()
    booking.publish()
    client = booking.client()
    client.checkout()
    client.pay_by_bank()
    client.wait("Processing")
    assert "Report locked" in client.page.text
    assert not any("Pay $" in button for button in client.page.buttons)
    booking.wait_invoice(status="processing", processing_cents=47_500, paid_cents=0)

    company.sandbox.post("clock/advance", seconds=5 * 86_400)
    client.wait("Paid in full")
    booking.wait_invoice(status="paid", processing_cents=0, paid_cents=47_500)
    client.wait("Report unlocked")


def test_a_failed_bank_payment_opens_the_invoice_again(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_bank(POOR_ACCOUNT)
    company.sandbox.post("clock/advance", seconds=5 * 86_400)
    client.wait("Payment due")
    booking.wait_invoice(status="open", balance_cents=47_500, processing_cents=0)
    booking.mail("payment")
