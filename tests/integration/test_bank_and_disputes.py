"""Money that is slow, comes back or is disputed, and news that is late, lost, double or foreign."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import POOR_ACCOUNT, STUCK_ACCOUNT, Booking, Client, Company
from tests.support.provider import Provider
from tests.support.refusals import refusal


@pytest.fixture
def booking(company: Company) -> Booking:
    booking = company.book()
    booking.publish()
    return booking


@pytest.fixture
def paying(booking: Booking) -> Client:
    """A client in front of the payment page."""
    client = booking.client()
    client.wait("Pay $475.00")
    client.checkout()
    return client


def told(booking: Booking, words: str) -> None:
    """The feed says this, once, and goes on saying it once."""
    eventually(
        lambda: words in booking.company.alerts(booking.inspection_id), f"the alert {words!r}"
    )
    assert booking.company.alerts(booking.inspection_id).count(words) == 1


def refund_refused(booking: Booking) -> dict[str, object]:
    payment_id = booking.invoice()["payments"][0]["payment_id"]
    path = f"billing/v1/payments/{payment_id}/refunds"
    return refusal(
        lambda: booking.company.office.post(path, {"amount_cents": 100, "reason": "Please"})
    )


# ------------------------------------------------------------------------------ bank payments
@pytest.mark.scenario(30)
def test_a_settled_bank_payment_that_is_returned_is_due_again(
    paying: Client, provider: Provider
) -> None:
    """Scenario 30."""
    booking = paying.booking
    paying.pay_by_bank(STUCK_ACCOUNT)
    booking.wait_invoice(status="processing", processing_cents=47_500)
    intent = provider.intent(booking)
    provider.control.post(f"payments/{intent}/settle", outcome="succeeded")
    booking.wait_invoice(status="paid", paid_cents=47_500, processing_cents=0)
    paying.wait("Report unlocked")
    provider.control.post(f"payments/{intent}/return", reason="insufficient_funds")
    booking.wait_invoice(status="open", paid_cents=0, balance_cents=47_500)
    booking.wait_released(released=False)
    paying.wait("Report locked")
    told(booking, "ACH payment of $475.00 was returned")
    assert "$475.00" in booking.mail("returned")["text"]
    assert refund_refused(booking)["code"] == "refund_blocked"
    paying.checkout()
    paying.pay_by_card()
    paying.wait("Report unlocked")
    booking.wait_invoice(status="paid", paid_cents=47_500)


@pytest.mark.scenario(29)
def test_a_bank_payment_that_fails_reopens_the_invoice_and_tells_both(
    paying: Client, provider: Provider
) -> None:
    """Scenario 29."""
    booking = paying.booking
    paying.pay_by_bank(POOR_ACCOUNT)
    provider.control.post("clock/advance", seconds=5 * 86_400)
    told(booking, "Payment of $475.00 failed")
    booking.wait_invoice(status="open", balance_cents=47_500, processing_cents=0)
    paying.wait("Pay $475.00")
    assert "$475.00" in booking.mail("not go through")["text"]
    assert "Report locked" in paying.page.text


def test_while_a_bank_payment_is_on_its_way_nobody_pays_again(
    paying: Client, provider: Provider
) -> None:
    booking = paying.booking
    other = booking.client()
    early = other.page.form("Pay $")
    paying.pay_by_bank(STUCK_ACCOUNT)
    booking.wait_invoice(status="processing")
    refused = other.browser.submit(early)
    assert refused.status == 409
    assert "A bank payment is on its way" in refused.text
    other.wait("Your bank payment is on its way")
    assert "Report locked" in other.page.text
    assert not any("Pay $" in button for button in other.page.buttons)
    mails = provider.control.mails(booking.client_email)
    assert not [mail for mail in mails if "receipt" in mail["subject"].lower()]
    provider.control.post(
        f"payments/{provider.intent(booking)}/settle", outcome="insufficient_funds"
    )
    booking.wait_invoice(status="open")


# ----------------------------------------------------------------------------------- disputes
@pytest.mark.scenario(31)
def test_a_dispute_holds_the_money_and_winning_gives_it_back(
    paying: Client, provider: Provider
) -> None:
    """Scenario 31, won."""
    booking = paying.booking
    paying.pay_by_card()
    booking.wait_invoice(status="paid")
    dispute = provider.control.post(f"payments/{provider.intent(booking)}/dispute")
    told(booking, "Ellen Park disputes a payment of $475.00")
    assert booking.invoice()["status"] == "paid"
    assert refund_refused(booking)["code"] == "refund_blocked"
    provider.control.post(f"disputes/{dispute['id']}/resolve", won=True)
    told(booking, "Dispute over $475.00 was won")
    assert booking.wait_invoice(status="paid")["balance_cents"] == 0
    payment_id = booking.invoice()["payments"][0]["payment_id"]
    shown = booking.company.office.get(f"billing/v1/payments/{payment_id}")
    assert shown["refundable_cents"] == 47_500


@pytest.mark.scenario(31)
def test_a_lost_dispute_makes_the_bill_due_and_locks_the_report(
    paying: Client, provider: Provider
) -> None:
    """Scenario 31, lost."""
    booking = paying.booking
    paying.pay_by_card()
    paying.wait("Report unlocked")
    dispute = provider.control.post(f"payments/{provider.intent(booking)}/dispute")
    told(booking, "Ellen Park disputes a payment of $475.00")
    provider.control.post(f"disputes/{dispute['id']}/resolve", won=False)
    told(booking, "Dispute over $475.00 was lost")
    booking.wait_invoice(status="open", paid_cents=0, balance_cents=47_500)
    booking.wait_released(released=False)
    paying.wait("Report locked")


@pytest.mark.scenario(36)
def test_a_refund_made_in_the_processors_dashboard_is_taken_up(
    paying: Client, provider: Provider
) -> None:
    """Scenario 36."""
    booking = paying.booking
    paying.pay_by_card()
    booking.wait_invoice(status="paid")
    provider.ask("refunds", payment_intent=provider.intent(booking), amount="10000")
    booking.wait_invoice(status="open", paid_cents=37_500, balance_cents=10_000)
    told(booking, "Ellen Park was refunded $100.00")
    staff = booking.company.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    assert "Refunded in Stripe" in page.text


# --------------------------------------------------------------------------------- lost news
@pytest.mark.scenario(42)
def test_a_client_who_comes_back_finds_out_what_no_webhook_told_yet(
    paying: Client, provider: Provider
) -> None:
    """Scenario 42: the page asks and turns paid; the webhook that comes later changes nothing."""
    booking = paying.booking
    provider.control.post("webhooks/pause")
    page = paying.pay_by_card()
    assert "We’re confirming your payment with your bank." in page.text
    assert not any("Pay $" in button for button in page.buttons)
    page = paying.browser.submit(page.form("Check again"))
    paying.wait("Paid in full")
    before = booking.invoice()
    assert before["paid_cents"] == 47_500
    told(booking, "Ellen Park paid $475.00")
    booking.mail("receipt")

    intent = provider.intent(booking)
    assert provider.outcomes(intent) == []
    provider.control.post("webhooks/resume")
    eventually(
        lambda: "applied" in (seen := provider.outcomes(intent)) and "waiting" not in seen,
        "the webhooks have come late",
    )
    assert booking.invoice() == before
    told(booking, "Ellen Park paid $475.00")
    mails = provider.control.mails(booking.client_email)
    assert len([mail for mail in mails if "receipt" in mail["subject"].lower()]) == 1


@pytest.mark.scenario(46)
def test_the_reconciler_finds_what_nobody_told(paying: Client, provider: Provider) -> None:
    """Scenario 46: the client closes the browser, and every webhook is lost."""
    booking = paying.booking
    provider.lose_webhooks()
    form = paying.page.form("Pay")
    paying.browser.submit(form, follow=False, number="4242 4242 4242 4242")
    assert booking.invoice()["paid_cents"] == 0
    provider.let_billing_look(booking)
    booking.wait_invoice(status="paid", paid_cents=47_500)
    paying.wait("Report unlocked")
    booking.mail("receipt")


@pytest.mark.scenario(43, 44)
def test_news_in_any_order_and_many_times_over_is_the_same_news(
    paying: Client, provider: Provider
) -> None:
    """Scenarios 43 and 44."""
    booking = paying.booking
    provider.control.post("webhooks/pause")
    paying.browser.submit(paying.page.form("Pay"), follow=False, number="4242 4242 4242 4242")
    intent = provider.paid_intent(booking)
    dispute = provider.control.post(f"payments/{intent}/dispute")
    provider.control.post(f"disputes/{dispute['id']}/resolve", won=True)
    newest_first = provider.about(booking, intent)
    assert newest_first[0]["type"].startswith("charge.dispute")
    assert len(newest_first) > 5
    for event in [*newest_first, *newest_first, *reversed(newest_first)]:
        provider.deliver(event)
    booking.wait_invoice(status="paid", paid_cents=47_500)
    told(booking, "Dispute over $475.00 was won")
    provider.control.post("webhooks/resume")
    told(booking, "Ellen Park paid $475.00")
    booking.mail("receipt")
    invoice = booking.invoice()
    assert (invoice["paid_cents"], len(invoice["payments"])) == (47_500, 1)
    receipts = [
        mail
        for mail in provider.control.mails(booking.client_email)
        if "receipt" in mail["subject"].lower()
    ]
    assert len(receipts) == 1
    assert "0 differences" in booking.company.stack.run(
        "billing", "services.billing.main", "check-books"
    )


@pytest.mark.scenario(62)
def test_somebody_elses_payment_changes_nothing_here(paying: Client, provider: Provider) -> None:
    """Scenario 62: the account has other uses; what is unknown is set aside, the rest flows."""
    booking = paying.booking
    foreign = provider.ask(
        "payment_intents",
        amount="47500",
        currency="usd",
        confirm="true",
        payment_method="pm_card_visa",
        **{"payment_method_types[]": "card"},
    )
    assert foreign["status"] == "succeeded"
    paying.pay_by_card()
    booking.wait_invoice(status="paid", paid_cents=47_500)
    provider.hurry_unknown_events(foreign["id"])
    eventually(
        lambda: set(provider.outcomes(foreign["id"])) == {"ignored"},
        "the foreign events are set aside",
    )
    invoice = booking.invoice()
    assert (invoice["paid_cents"], len(invoice["payments"])) == (47_500, 1)


# ------------------------------------------------------------------------------ the open page
@pytest.mark.scenario(34)
def test_a_page_that_runs_out_leaves_the_invoice_payable(
    paying: Client, provider: Provider
) -> None:
    """Scenario 34."""
    booking = paying.booking
    hosted = paying.page
    provider.control.post("clock/advance", seconds=40 * 60)
    eventually(
        lambda: provider.attempts(booking)[-1]["state"] == "expired", "the attempt has expired"
    )
    gone = paying.browser.submit(hosted.form("Pay"), number="4242 4242 4242 4242")
    assert "Paid in full" not in gone.text
    assert booking.invoice()["status"] == "open"
    paying.wait("Pay $475.00")
    paying.checkout()
    paying.pay_by_card()
    paying.wait("Paid in full")
    assert booking.invoice()["paid_cents"] == 47_500


@pytest.mark.scenario(32)
def test_a_new_price_closes_the_page_with_the_old_one(paying: Client, provider: Provider) -> None:
    """Scenario 32."""
    booking = paying.booking
    hosted, session = paying.page, provider.session(booking)
    fee = {"kind": "fee", "name": "Travel", "amount_cents": 2_500}
    booking.company.office.post(f"{booking.path}/lines", fee)
    eventually(
        lambda: provider.show(f"checkout/sessions/{session}")["status"] == "expired",
        "the page with the old amount is closed",
    )
    gone = paying.browser.submit(hosted.form("Pay"), number="4242 4242 4242 4242")
    assert "Paid in full" not in gone.text
    paying.wait("Pay $500.00")
    paying.checkout()
    paying.pay_by_card()
    paying.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid", paid_cents=50_000)
    assert [p["amount_cents"] for p in invoice["payments"]] == [50_000]


@pytest.mark.scenario(53)
def test_two_tabs_share_one_page_and_pay_once(paying: Client, provider: Provider) -> None:
    booking = paying.booking
    second = booking.client()
    second.checkout()
    pages = {attempt["url"] for attempt in provider.attempts(booking)}
    open_pages = [a for a in provider.attempts(booking) if a["state"] == "awaiting_payer"]
    assert (len(open_pages), second.page.url in pages) == (1, True)
    second.pay_by_card()
    second.wait("Paid in full")
    paying.browser.submit(paying.page.form("Pay"), number="4242 4242 4242 4242")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500
    succeeded = [a for a in provider.attempts(booking) if a["state"] == "succeeded"]
    assert len(succeeded) == 1
