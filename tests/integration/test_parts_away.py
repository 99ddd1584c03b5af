"""While a part is away, accepted work is kept, people are told, and all goes on without hands."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pymongo import MongoClient

from deploy.demo.office import eventually
from deploy.product import OPERATOR, SERVICES
from tests.support.product import Company
from tests.support.stack import Stack


@pytest.fixture
def calm(company: Company) -> Iterator[Company]:
    """A company, and a sandbox that is left without planned trouble."""
    yield company
    company.sandbox._http.delete("/faults").raise_for_status()


def ready(stack: Stack, service: str) -> bool:
    """What the service says about itself."""
    try:
        answer = httpx.get(f"{stack.services[service]}/health/ready", timeout=10)
    except httpx.HTTPError:
        return False
    return answer.status_code == 200


def mail_states(company: Company, inspection_id: str) -> list[str]:
    listed = company.office.get("notifications/v1/mails", inspection_id=inspection_id)
    return [mail["state"] for mail in listed["items"]]


# ------------------------------------------------------------------------------------- mail
def test_mails_wait_while_the_mail_server_is_away(stack: Stack, company: Company) -> None:
    stack.restart("notifications", NOTIFICATIONS_SMTP_PORT="9")
    booking = company.book()
    booking.invoice()
    eventually(lambda: tried(company, booking.inspection_id), "the mail has been tried")
    assert "sent" not in mail_states(company, booking.inspection_id)
    assert ready(stack, "notifications")
    assert company.sandbox.mails(booking.client_email) == []
    stack.restart("notifications")
    let_the_pause_pass(stack, booking.inspection_id)
    assert "1482 Alder Creek Rd" in booking.client().page.text
    eventually(
        lambda: mail_states(company, booking.inspection_id) == ["sent"], "it is noted as sent"
    )


def tried(company: Company, inspection_id: str) -> bool:
    """Whether a mail has been tried without success and waits for its next turn."""
    listed = company.office.get(
        "notifications/v1/mails", inspection_id=inspection_id, state="waiting"
    )
    return any(mail["attempts"] > 0 for mail in listed["items"])


def let_the_pause_pass(stack: Stack, inspection_id: str) -> None:
    """The half minute after which a mail is tried again is over."""
    with MongoClient(stack.mongo_url(OPERATOR)) as database:
        changed = database["notifications"]["mails"].update_many(
            {"inspection_id": inspection_id, "state": "waiting"},
            {"$set": {"not_before": datetime.now(UTC)}},
        )
        gone = database["notifications"]["mails"].count_documents(
            {"inspection_id": inspection_id, "state": {"$ne": "waiting"}}
        )
    assert changed.matched_count or gone


def test_a_busy_mail_server_is_asked_again_and_a_refused_address_is_told(
    stack: Stack, calm: Company
) -> None:
    busy, refused = f"busy-{uuid4().hex[:8]}", f"nobody-{uuid4().hex[:8]}"
    calm.sandbox.post("faults/smtp", kind="451", count=1, match=busy)
    calm.sandbox.post("faults/smtp", kind="550", count=9, match=refused)
    people = {
        name: [{"role": "client", "name": "Ellen Park", "email": f"{name}@example.com"}]
        for name in (busy, refused)
    }
    later, never = (calm.book(people=people[name]) for name in (busy, refused))
    eventually(
        lambda: any("bounced" in text for text in calm.alerts(never.inspection_id)),
        "the alert about the address",
    )
    assert calm.sandbox.mails(refused) == []
    eventually(lambda: tried(calm, later.inspection_id), "the mail has been tried")
    assert calm.sandbox.mails(busy) == []
    let_the_pause_pass(stack, later.inspection_id)
    eventually(lambda: len(calm.sandbox.mails(busy)) == 1, "the mail, the second time")
    assert "failed" not in mail_states(calm, later.inspection_id)


def test_a_slow_mail_server_holds_up_nothing_else(calm: Company) -> None:
    slow = f"slow-{uuid4().hex[:8]}"
    calm.sandbox.post("faults/smtp", kind="stall", count=1, match=slow, seconds=20)
    calm.book(people=[{"role": "client", "name": "Slow", "email": f"{slow}@example.com"}])
    booking = calm.book()
    client = booking.client()
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    booking.mail("receipt")


# --------------------------------------------------------------------------------- payments
@pytest.mark.scenario(49)
def test_while_the_processor_is_away_nothing_is_charged_and_the_page_says_so(
    stack: Stack, company: Company
) -> None:
    booking = company.book()
    client = booking.client()
    stack.stop("sandbox")
    page = client.checkout()
    assert page.status == 503
    assert "Payment is not possible for a moment" in page.text
    assert "You have not been charged. Wait a minute, then try again." in page.text
    assert client.reload().status == 200
    assert booking.invoice()["payments"] == []
    cash = {"amount_cents": 1_000, "method": "cash"}
    path = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/payments"
    company.office.post(path, cash)
    stack.start("sandbox")

    def page_open() -> bool:
        client.wait("Pay $465.00")
        return client.checkout().status == 200

    eventually(page_open, "the payment page opens again")
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500
    charged = [p["amount_cents"] for p in booking.invoice()["payments"]]
    assert sorted(charged) == [1_000, 46_500]


@pytest.mark.parametrize(
    "trouble", ["500", "500_after_commit", "429", "drop_connection", "drop_after_commit"]
)
@pytest.mark.scenario(49)
def test_a_processor_in_trouble_is_asked_again_with_the_same_key(
    calm: Company, trouble: str
) -> None:
    booking = calm.book()
    client = booking.client()
    match = "POST /v1/checkout/sessions$"
    calm.sandbox.post("faults/api", kind=trouble, count=2, match=match)
    assert "$475.00" in client.checkout().text
    client.pay_by_card()
    client.wait("Paid in full")
    assert booking.wait_invoice(status="paid")["paid_cents"] == 47_500


@pytest.mark.timeout(120)
@pytest.mark.parametrize("trouble", ["slow", "timeout_after_commit"])
@pytest.mark.scenario(48)
def test_a_processor_that_is_too_slow_is_said_to_have_charged_nothing(
    calm: Company, trouble: str
) -> None:
    """The payer is not kept waiting; pressing again leads to one page, and one payment."""
    booking = calm.book()
    client = booking.client()
    match = "POST /v1/checkout/sessions$"
    calm.sandbox.post("faults/api", kind=trouble, count=1, match=match, seconds=12)
    page = client.checkout()
    assert page.status == 503
    assert "You have not been charged. Wait a minute, then try again." in page.text
    assert booking.invoice()["payments"] == []

    def opened() -> bool:
        client.reload()
        return "Pay $475.00" in client.page.text and client.checkout().status == 200

    eventually(opened, "the payment page opens", within=45)
    client.pay_by_card()
    client.wait("Paid in full")
    invoice = booking.wait_invoice(status="paid")
    assert [payment["amount_cents"] for payment in invoice["payments"]] == [47_500]


# --------------------------------------------------------------------------- broker, database
@pytest.mark.scenario(51)
def test_bookings_are_taken_while_the_broker_is_away_and_everything_arrives_after(
    stack: Stack, company: Company
) -> None:
    first = company.book()
    client = first.client()
    client.wait("Pay $475.00")
    stack.stop("rabbitmq")
    for service in SERVICES:
        eventually(lambda service=service: not ready(stack, service), f"{service} turns red")
    bookings = [company.book() for _ in range(3)]
    client.reload()
    client.checkout()
    client.pay_by_card()
    assert first.wait_invoice(status="paid")["paid_cents"] == 47_500
    assert [row for booking in bookings for row in booking.invoices()] == []
    stack.start("rabbitmq")
    for booking in bookings:
        assert booking.invoice()["total_cents"] == 47_500
        booking.client().wait("Pay $475.00")
    client.wait("Paid in full")
    stack.wait_ready(SERVICES)


def test_the_database_may_be_restarted(stack: Stack, company: Company) -> None:
    before = company.book()
    client = before.client()
    stack.stop("mongo")
    for service in SERVICES:
        eventually(lambda service=service: not ready(stack, service), f"{service} turns red")
    page = client.reload()
    assert page.status == 503
    assert "Traceback" not in page.text
    answer = httpx.get(
        f"{stack.gateway}/api/scheduling/v1/company",
        headers={"Authorization": company.office._http.headers["Authorization"]},
        timeout=30,
    )
    problem: dict[str, Any] = answer.json()
    assert (answer.status_code, problem["code"]) == (503, "unavailable")
    stack.start("mongo")
    stack.wait_ready(SERVICES)
    client.wait("Pay $475.00")
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    assert company.book().invoice()["total_cents"] == 47_500


# -------------------------------------------------------------------------------- services
def test_the_portal_shows_the_clients_page_while_all_the_others_are_away(
    stack: Stack, company: Company
) -> None:
    booking = company.book()
    client = booking.client()
    client.wait("Pay $475.00")
    others = ("scheduling", "billing", "notifications")
    for service in others:
        stack.stop(service)
    page = client.reload()
    assert page.status == 200
    assert "1482 Alder Creek Rd" in page.text
    assert any("Pay $475.00" in button for button in page.buttons)
    agreement = client.browser.open(f"{client.home}/agreement")
    client.browser.submit(agreement.form("Sign agreement"), signed_by="Ellen Park", accepted="on")
    client.wait("Agreement signed")
    refused = client.browser.submit(client.reload().form("Pay $"))
    assert refused.status == 503
    assert "You have not been charged" in refused.text
    for service in others:
        stack.start(service)
    eventually(lambda: booking.show()["agreement_signed"], "the signature at the office")
    client.reload()
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
