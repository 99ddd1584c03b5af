"""Money that staff take and give back: by hand, by card, in parts, at once, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company
from tests.support.provider import RUNS_LATER, Provider
from tests.support.refusals import refusal


@pytest.fixture
def booking(company: Company) -> Booking:
    return company.book()


def record(booking: Booking, cents: int, method: str = "cash", **more: Any) -> dict[str, Any]:
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/payments"
    body = {"amount_cents": cents, "method": method, **more}
    recorded: dict[str, Any] = booking.company.office.post(path, body)
    return recorded


def paid_online(booking: Booking, card: str = "4242 4242 4242 4242") -> tuple[Client, str]:
    """The client pays by card; the payment's id."""
    client = booking.client()
    client.checkout()
    client.pay_by_card(card)
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid")
    return client, invoice["payments"][0]["payment_id"]


def refund(booking: Booking, payment_id: str, cents: int, key: str = "", **more: Any) -> Any:
    body = {"amount_cents": cents, "reason": "Agreed by phone", **more}
    return booking.company.office.post(f"billing/v1/payments/{payment_id}/refunds", body, key=key)


# ------------------------------------------------------------------------------- taken by hand
def test_cash_a_check_and_a_card_elsewhere_pay_the_bill_in_parts(booking: Booking) -> None:
    client = booking.client()
    received = datetime(2026, 11, 1, 12, tzinfo=UTC).isoformat()
    cash = record(booking, 10_000, received_at=received, note="In the office drawer")
    check = record(booking, 20_000, "check", reference="1042")
    assert [cash["method_label"], check["method_label"]] == ["Cash", "Check 1042"]
    assert check["invoice_balance_cents"] == 17_500
    client.wait("Pay $175.00")
    assert "In the office drawer" not in client.page.html
    assert "Check 1042" in booking.mail("for $200.00")["text"]
    last = record(booking, 17_500, "card", client_note="Thank you")
    assert last["method_label"] == "Card on another terminal"
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid", paid_cents=47_500)
    numbers = [payment["receipt_number"] for payment in invoice["payments"]]
    assert len(set(numbers)) == 3
    alerts = booking.company.alerts
    eventually(
        lambda: sum("Ellen Park paid" in text for text in alerts(booking.inspection_id)) == 3,
        "an alert for each payment",
    )


def test_staff_may_take_money_before_publishing_under_collect_after_publish(
    company: Company,
) -> None:
    company.office.patch("scheduling/v1/company/policy", {"collect_payment_after_publish": True})
    booking = company.book()
    record(booking, 47_500)
    booking.wait_invoice(status="paid")
    booking.publish()
    booking.wait_released(released=True)


@pytest.mark.scenario(21)
def test_recording_closes_the_payment_page_that_is_open(
    booking: Booking, provider: Provider
) -> None:
    client = booking.client()
    client.checkout()
    hosted = client.page
    record(booking, 47_500, "check", reference="7")
    session = provider.show(f"checkout/sessions/{provider.session(booking)}")
    assert session["status"] == "expired"
    booking.wait_invoice(status="paid")
    late = client.browser.submit(hosted.form("Pay"), number="4242 4242 4242 4242")
    assert late.status in {400, 409, 410} or "expired" in late.text.lower()
    client.wait("Paid in full")
    assert booking.invoice()["paid_cents"] == 47_500
    assert provider.attempts(booking)[-1]["state"] == "expired"


@pytest.mark.scenario(21)
def test_cash_for_what_a_card_has_just_paid_is_refused_though_nobody_was_told(
    booking: Booking, provider: Provider
) -> None:
    client = booking.client()
    hosted = client.checkout()
    provider.control.post("webhooks/pause")
    try:
        client.browser.submit(hosted.form("Pay"), follow=False, number="4242 4242 4242 4242")
        assert refusal(lambda: record(booking, 47_500))["code"] == "invoice_paid"
    finally:
        provider.control.post("webhooks/resume")
    client.reload()
    client.wait("Paid in full")
    invoice = booking.invoice()
    assert (invoice["paid_cents"], invoice["surplus_cents"]) == (47_500, 0)
    assert [payment["method"] for payment in invoice["payments"]] == ["card"]


def test_a_part_taken_by_hand_leaves_the_rest_to_the_card(
    booking: Booking, provider: Provider
) -> None:
    client = booking.client()
    client.checkout()
    record(booking, 7_500)
    client.wait("Pay $400.00")
    client.checkout()
    assert "$400.00" in client.page.text
    client.pay_by_card()
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid")
    assert sorted(p["amount_cents"] for p in invoice["payments"]) == [7_500, 40_000]


def test_more_than_is_due_is_refused(booking: Booking) -> None:
    too_much = refusal(lambda: record(booking, 47_501))
    assert (too_much["status"], too_much["code"]) == (422, "amount_exceeds_balance")
    assert too_much["detail"] == "The amount cannot exceed $475.00, what is due"
    assert too_much["maximum_cents"] == 47_500
    record(booking, 47_000)
    too_much = refusal(lambda: record(booking, 501))
    assert too_much["maximum_cents"] == 500
    record(booking, 500)
    assert refusal(lambda: record(booking, 1))["code"] == "invoice_paid"


def test_the_form_records_once_however_often_it_is_sent(booking: Booking) -> None:
    booking.invoice()
    staff = booking.company.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    form = page.form("Record payment")
    for _ in range(3):
        landed = staff.submit(form, amount="100.00", method="check", reference="88")
        assert landed.status == 200
    assert [p["amount_cents"] for p in booking.invoice()["payments"]] == [10_000]
    assert "Check 88" in landed.text


@pytest.mark.rule(48)
def test_one_page_takes_a_fee_a_payment_by_hand_and_a_refund(booking: Booking) -> None:
    booking.invoice()
    staff = booking.company.staff_browser()
    address = f"/staff/billing/inspections/{booking.inspection_id}/payments"
    adding = staff.open(staff.open(address).link("Add fee")).form("Add")
    staff.submit(adding, kind="manual", manual_kind="fee", name="Travel", amount="25.00")
    booking.wait_invoice(balance_cents=50_000)

    page = staff.open(address)
    assert "Travel" in page.text
    recording = page.form("Record payment")
    paid = staff.submit(recording, amount="500.00", method="check", reference="1042")
    assert "Ellen Park paid $500.00" in paid.text
    booking.wait_invoice(status="paid", paid_cents=50_000)

    giving = staff.open(paid.link("Refund")).form("Refund")
    staff.submit(giving, refund_amount="25.00", effect="reopen", reason="No travel after all")
    booking.wait_invoice(paid_cents=47_500, balance_cents=2_500)
    assert "$25.00 back to Ellen Park" in staff.open(address).text


# ----------------------------------------------------------------------------------- given back
def test_a_refund_with_credit_keeps_the_report_open(booking: Booking) -> None:
    client, payment_id = paid_online(booking)
    booking.publish()
    client.wait("Report unlocked")
    booking.wait_released(released=True)
    done = refund(booking, payment_id, 7_500, with_credit=True)
    assert done["status"] == "succeeded"
    invoice = booking.wait_invoice(paid_cents=40_000)
    assert (invoice["status"], invoice["balance_cents"]) == ("paid", 0)
    client.wait("Refunded to you")
    assert "Report unlocked" in client.page.text
    assert booking.show()["report_released"] is True
    assert "$75.00" in booking.mail("refund")["text"]
    eventually(
        lambda: "Ellen Park was refunded $75.00" in booking.company.alerts(booking.inspection_id),
        "the alert",
    )


def test_a_refund_that_makes_it_due_again_locks_the_report(booking: Booking) -> None:
    client, payment_id = paid_online(booking)
    booking.publish()
    client.wait("Report unlocked")
    refund(booking, payment_id, 47_500)
    booking.wait_invoice(status="open", balance_cents=47_500, paid_cents=0)
    booking.wait_released(released=False)
    client.wait("Report locked")
    assert any("Pay $475.00" in button for button in client.page.buttons)
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    client.wait("Report unlocked")


@pytest.mark.scenario(18)
def test_a_card_gets_its_money_back_at_the_processor(booking: Booking, provider: Provider) -> None:
    _client, payment_id = paid_online(booking)
    refund(booking, payment_id, 10_000, with_credit=True)
    refund(booking, payment_id, 10_000, with_credit=True)
    assert [r["amount"] for r in provider.refunds(booking)] == [10_000, 10_000]
    too_much = refusal(lambda: refund(booking, payment_id, 27_501))
    assert (too_much["status"], too_much["code"]) == (409, "refund_exceeds_payment")
    assert too_much["detail"] == "A refund cannot exceed $275.00"
    assert booking.invoice()["paid_cents"] == 27_500


@pytest.mark.scenario(57)
def test_the_same_refund_sent_twice_is_one(booking: Booking, provider: Provider) -> None:
    _client, payment_id = paid_online(booking)
    with ThreadPoolExecutor(4) as hands:
        asked = [
            hands.submit(refund, booking, payment_id, 5_000, "the-same-refund-01") for _ in range(4)
        ]
        answers = [settled(future) for future in asked]
    done = [answer for answer in answers if "refund_id" in answer]
    assert done
    assert len({answer["refund_id"] for answer in done}) == 1
    assert [r["amount"] for r in provider.refunds(booking)] == [5_000]
    assert booking.wait_invoice(paid_cents=42_500)["balance_cents"] == 5_000

    staff = booking.company.staff_browser()
    form = staff.open(f"/staff/billing/payments/{payment_id}/refunds").form("Refund")
    for _ in range(2):
        staff.submit(form, refund_amount="25.00", effect="reopen", reason="Twice pressed")
    assert sorted(r["amount"] for r in provider.refunds(booking)) == [2_500, 5_000]
    booking.wait_invoice(paid_cents=40_000)


@pytest.mark.scenario(56)
def test_parts_refunded_at_the_same_time_never_exceed_the_payment(
    booking: Booking, provider: Provider
) -> None:
    """Scenario 56: six hands want to give back a quarter each."""
    _client, payment_id = paid_online(booking)
    with ThreadPoolExecutor(6) as hands:
        asked = [
            hands.submit(refund, booking, payment_id, 11_875, f"quarter-number-{number}")
            for number in range(6)
        ]
        answers = [settled(future) for future in asked]
    codes = sorted(str(answer.get("code", answer.get("status"))) for answer in answers)
    assert codes == ["refund_exceeds_payment"] * 2 + ["succeeded"] * 4
    assert sum(r["amount"] for r in provider.refunds(booking)) == 47_500
    booking.wait_invoice(paid_cents=0, balance_cents=47_500)


def settled(future: Any) -> dict[str, Any]:
    """The refund, or the problem."""
    try:
        done: dict[str, Any] = future.result()
    except httpx.HTTPStatusError as refused:
        done = refused.response.json()
    return done


@pytest.mark.scenario(37)
def test_a_refund_that_the_bank_sends_back_is_undone_and_staff_are_told(
    booking: Booking, provider: Provider
) -> None:
    client, payment_id = paid_online(booking, RUNS_LATER)
    pending = refund(booking, payment_id, 47_500)
    assert pending["status"] == "pending"
    assert booking.invoice()["paid_cents"] == 47_500
    blocked = refusal(lambda: refund(booking, payment_id, 1))
    assert blocked["code"] == "refund_exceeds_payment"
    provider.control.post(f"refunds/{provider.refunds(booking)[0]['id']}/fail")
    eventually(
        lambda: (
            "Refund of $475.00 to Ellen Park failed"
            in booking.company.alerts(booking.inspection_id)
        ),
        "the alert",
    )
    booking.wait_invoice(status="paid", paid_cents=47_500, balance_cents=0)
    client.wait("Paid in full")

    again = refund(booking, payment_id, 7_500)
    provider.control.post(f"refunds/{provider.refunds(booking)[0]['id']}/settle")
    assert again["status"] == "pending"
    booking.wait_invoice(status="open", paid_cents=40_000, balance_cents=7_500)


def test_a_refund_survives_a_processor_that_does_not_answer(
    booking: Booking, provider: Provider
) -> None:
    """Asked twice at the processor with the same key: given once."""
    _client, payment_id = paid_online(booking)
    provider.control.post("faults/api", kind="500_after_commit", count=1, match="POST /v1/refunds")
    refund(booking, payment_id, 4_000)
    booking.wait_invoice(paid_cents=43_500)
    assert [r["amount"] for r in provider.refunds(booking)] == [4_000]


@pytest.mark.scenario(38)
def test_a_bank_payment_on_its_way_cannot_be_refunded(booking: Booking) -> None:
    client = booking.client()
    client.checkout()
    client.pay_by_bank()
    invoice = booking.wait_invoice(status="processing", processing_cents=47_500)
    payment_id = invoice["payments"][0]["payment_id"] if invoice["payments"] else ""
    payment_id = payment_id or Provider(booking.company).attempts(booking)[-1]["_id"]
    blocked = refusal(lambda: refund(booking, payment_id, 47_500))
    assert (blocked["status"], blocked["code"]) == (409, "refund_blocked")
    assert "still processing" in blocked["detail"]
    assert booking.invoice()["processing_cents"] == 47_500
    already = refusal(lambda: record(booking, 100))
    assert already["status"] == 409


def test_cash_is_given_back_by_hand(booking: Booking) -> None:
    payment_id = record(booking, 47_500)["payment_id"]
    done = refund(booking, payment_id, 20_000)
    assert done["status"] == "succeeded"
    booking.wait_invoice(status="open", paid_cents=27_500, balance_cents=20_000)
    shown = booking.company.office.get(f"billing/v1/payments/{payment_id}")
    assert (shown["refunded_cents"], shown["refundable_cents"]) == (20_000, 27_500)


# -------------------------------------------------------------------------------- the report
def test_staff_may_unlock_a_report_by_hand_and_take_it_back(booking: Booking) -> None:
    booking.publish()
    client = booking.client()
    client.wait("Report locked")
    locked = client.browser.http.get(f"{client.home}/reports/{report_of(booking)}")
    assert locked.status_code == 403
    booking.company.office.post(f"{booking.path}/unlock", {})
    client.wait("Report unlocked")
    opened = client.browser.http.get(f"{client.home}/reports/{report_of(booking)}")
    assert opened.content.startswith(b"%PDF-")
    assert "Payment due" in client.page.text
    booking.company.office.post(f"{booking.path}/lock", {})
    client.wait("Report locked")
    locked = client.browser.http.get(f"{client.home}/reports/{report_of(booking)}")
    assert locked.status_code == 403
    assert not locked.content.startswith(b"%PDF-")


def report_of(booking: Booking) -> str:
    return str(booking.show()["reports"][0]["report_id"])
