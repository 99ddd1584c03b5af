"""A client opens the mailed link, signs, pays, and reads the report."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import (
    AUTHENTICATED_CARD,
    DECLINED_CARD,
    POOR_ACCOUNT,
    Company,
)


@pytest.mark.scenario(1)
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
def test_a_declined_card_takes_nothing_and_another_card_pays(company: Company) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    declined = client.pay_by_card(DECLINED_CARD)
    assert "declined" in declined.text.lower()
    client.pay_by_card()
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid")
    assert invoice["paid_cents"] == 47_500


@pytest.mark.parametrize(
    ("result", "words", "status"),
    [("Complete", "Paid in full", "paid"), ("Fail", "Payment due", "open")],
)
@pytest.mark.scenario(24)
def test_three_d_secure_decides(company: Company, result: str, words: str, status: str) -> None:
    booking = company.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card(AUTHENTICATED_CARD)
    client.page = client.browser.submit(client.page.form(result))
    client.wait(words)
    booking.wait_invoice(status=status)


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
