"""C16: the service on a third party's invoice is repriced or removed, before and after he paid."""

from typing import Any

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company
from tests.support.provider import Provider

LETTER = {"subject": "Your part", "body": "Hello,\n\n{{ sign_and_pay }}"}


@pytest.fixture
def booking(company: Company) -> Booking:
    """$650.00: the home inspection is the client's, the sewer scope ($175.00) the agent's."""
    email = f"agent-{company.owner_email}"
    people = [{"role": "agent", "role_label": "Agent", "name": "Marcus Lee", "email": email}]
    booked = company.book("Full home inspection", "Sewer scope", people=people)
    booked.wait_invoice(total_cents=65_000)
    return booked


def sewer(booking: Booking) -> str:
    """Where the sewer scope is."""
    lines = {line["name"]: line["line_id"] for line in booking.show()["lines"]}
    return f"{booking.path}/lines/{lines['Sewer scope']}"


def sent(booking: Booking) -> tuple[str, Client]:
    """The agent's invoice, sent once, with its link open."""
    invoice = booking.invoice_for("Marcus Lee", line_ids=[sewer(booking).rpartition("/")[2]])
    path = f"billing/v1/invoices/{invoice['invoice_id']}"
    booking.company.office.post(f"{path}/send", LETTER)
    booking.mail("Your part", to=booking.person("Marcus Lee")["email"])
    return invoice["invoice_id"], booking.payer(invoice["invoice_id"])


def wait(booking: Booking, invoice_id: str, **expected: object) -> dict[str, Any]:
    """The invoice once it shows these values."""

    def matching() -> dict[str, Any] | None:
        shown = booking.company.office.get(f"billing/v1/invoices/{invoice_id}")
        return shown if expected.items() <= shown.items() else None

    return eventually(matching, f"an invoice with {expected}")


def assert_mailed_once(booking: Booking) -> None:
    """Nothing was sent by itself: the client's own news of the change has come, his has not."""
    agent = booking.person("Marcus Lee")["email"]
    path = "notifications/v1/mails"

    def all_out() -> bool:
        listed = booking.company.office.get(path, inspection_id=booking.inspection_id)["items"]
        return all(mail["state"] != "waiting" for mail in listed)

    eventually(all_out, "every mail has gone out")
    got = [mail["subject"] for mail in booking.company.sandbox.mails(agent)]
    assert [subject for subject in got if subject == "Your part"] == ["Your part"]
    assert not [subject for subject in got if "changed" in subject.lower()]


def test_an_unpaid_invoice_follows_its_service_and_is_sent_again_only_by_staff(booking):
    """Repriced, then removed: the link shows it, the client's part stays as it was."""
    office = booking.company.office
    invoice_id, agent = sent(booking)
    assert "$175.00" in agent.page.text
    office.patch(sewer(booking), {"amount_cents": 20_000})
    wait(booking, invoice_id, total_cents=20_000, balance_cents=20_000)
    changed = agent.wait("This invoice has changed")
    assert "It was $175.00 and is now $200.00" in changed.text
    assert "Pay $200.00" in " ".join(changed.buttons)
    booking.wait_invoice(total_cents=47_500)
    assert_mailed_once(booking)

    office.delete(sewer(booking))
    wait(booking, invoice_id, status="void", total_cents=0)
    agent.wait("This invoice is no longer needed")
    assert "Pay $" not in " ".join(agent.page.buttons)
    booking.wait_invoice(total_cents=47_500)
    assert_mailed_once(booking)
    assert not [text for text in booking.company.alerts(booking.inspection_id) if "more" in text]


def test_a_paid_invoice_never_rises_and_a_removed_service_goes_back_to_his_card_alone(
    booking: Booking, provider: Provider
) -> None:
    """The alert names him, one press gives it back; the client, who paid too, is not touched."""
    office = booking.company.office
    invoice_id, agent = sent(booking)
    client = booking.client()
    client.wait("Pay $475.00")
    for payer in (client, agent):
        payer.checkout()
        payer.pay_by_card()
        payer.wait("Paid in full")
    intents = {
        attempt["allocations"][0]["invoice_id"]: attempt["payment_intent_id"]
        for attempt in provider.attempts(booking)
    }
    office.patch(sewer(booking), {"amount_cents": 20_000})
    booking.wait_invoice(total_cents=50_000, balance_cents=2_500)
    wait(booking, invoice_id, total_cents=17_500, status="paid", surplus_cents=0)

    office.delete(sewer(booking))
    wait(booking, invoice_id, total_cents=0, surplus_cents=17_500)
    client_before = booking.wait_invoice(total_cents=47_500, balance_cents=0)
    alert = "Marcus Lee paid $175.00 more than is due"
    eventually(lambda: alert in booking.company.alerts(booking.inspection_id), "the alert")
    assert provider.show("refunds", payment_intent=intents[invoice_id])["data"] == []

    staff = booking.company.staff_browser()
    page = staff.open(f"/staff/billing/inspections/{booking.inspection_id}/payments")
    pressed = page.form("Refund $175.00 to Marcus Lee")
    for _ in range(2):  # an impatient hand
        staff.submit(pressed)
    wait(booking, invoice_id, surplus_cents=0, paid_cents=0, balance_cents=0)
    given = provider.show("refunds", payment_intent=intents[invoice_id])["data"]
    assert [refund["amount"] for refund in given] == [17_500]
    clients = provider.show("refunds", payment_intent=intents[client_before["invoice_id"]])
    assert clients["data"] == []
    assert booking.invoice() == client_before
    agents = booking.person("Marcus Lee")["email"]
    assert "$175.00" in booking.mail("refund", to=agents)["text"]
    assert_mailed_once(booking)
    eventually(lambda: "Marcus Lee" not in client.reload().text, "he pays nothing any more")
