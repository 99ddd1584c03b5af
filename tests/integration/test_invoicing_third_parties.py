"""An agent or an insurer pays a part of the bill, through a portal of their own."""

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Client, Company, link_in
from tests.support.refusals import refusal

AGENT = {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee"}
INSURER = {"role": "additional", "role_label": "Insurer", "name": "Northwest Mutual"}


@pytest.fixture
def booking(company: Company):
    """Full inspection, sewer scope and radon test: $800.00, with an agent and an insurer."""
    tag = company.owner_email.split("@")[0]
    people = [
        {**AGENT, "email": f"agent-{tag}@example.com"},
        {**INSURER, "email": f"claims-{tag}@example.com"},
    ]
    booked = company.book("Full home inspection", "Sewer scope", "Radon test", people=people)
    booked.wait_invoice(total_cents=80_000)
    return booked


def person(booking, name: str) -> dict:
    return next(p for p in booking.show()["people"] if p["name"] == name)


def add(booking, name: str, key: str = "", **what) -> dict:
    wish = {"contact_id": person(booking, name)["contact_id"], **what}
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    return booking.company.office.post(path, wish, key)


def test_an_agent_is_invoiced_for_a_service_and_pays_in_a_portal_of_his_own(booking):
    office = booking.company.office
    sewer = next(line for line in booking.show()["lines"] if line["name"] == "Sewer scope")
    invoice = add(booking, "Marcus Lee", line_ids=[sewer["line_id"]])
    assert invoice["total_cents"] == 17_500
    assert invoice["number"] == f"{booking.number}-1"
    booking.wait_invoice(total_cents=62_500)
    agent = person(booking, "Marcus Lee")["email"]
    assert not [m for m in booking.company.sandbox.mails(agent) if "nvoice" in m["subject"]]

    office.post(
        f"billing/v1/invoices/{invoice['invoice_id']}/send",
        {"subject": "Your part", "body": "Hello,\n\n{{ sign_and_pay }}"},
    )
    link = link_in(booking.mail("Your part", to=agent))
    assert link.startswith("/pay/")
    browser = booking.company.visitor()
    payer = Client(booking, browser, browser.open(link))
    assert "$175.00" in payer.page.text
    assert "Sewer scope" in payer.page.text
    for hidden in ("Ellen Park", "$800.00", "Radon test", "Inspection agreement", "View report"):
        assert hidden not in payer.page.text
    payer.checkout()
    payer.pay_by_card()
    payer.wait("Paid in full")

    client = booking.client()
    client.wait("Marcus Lee")
    assert "Pay $625.00" in client.wait("Pay $625.00").text
    assert agent not in client.page.html
    balance = office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    assert (balance["total_cents"], balance["paid_cents"]) == (80_000, 17_500)


@pytest.mark.scenario(5)
def test_a_fixed_amount_cannot_exceed_what_is_unpaid_and_unassigned(booking):
    add(booking, "Northwest Mutual", fixed_cents=30_000)
    booking.wait_invoice(total_cents=50_000)
    problem = refusal(lambda: add(booking, "Marcus Lee", fixed_cents=50_001))
    assert problem["code"] == "fixed_amount_exceeds_balance"
    assert problem["detail"] == "Fixed amount cannot exceed $500.00"
    assert problem["maximum_cents"] == 50_000
    assert booking.invoice()["total_cents"] == 50_000


@pytest.mark.scenario(5)
def test_a_fully_paid_inspection_leaves_nothing_to_invoice(booking):
    client = booking.client()
    client.wait("Pay $800.00")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    problem = refusal(lambda: add(booking, "Marcus Lee", fixed_cents=100))
    assert problem["detail"] == "Fixed amount cannot exceed $0.00"


def test_a_new_charge_can_go_to_the_third_party_alone(booking):
    client = booking.client()
    client.wait("Pay $800.00")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    office = booking.company.office
    office.patch(booking.path, {"notifications_disabled": True})
    fee = {"kind": "fee", "name": "Mold sample", "amount_cents": 9_500}
    office.post(f"{booking.path}/lines", fee)
    booking.wait_invoice(balance_cents=9_500)
    office.patch(booking.path, {"notifications_disabled": False})
    line = next(li for li in booking.show()["lines"] if li["name"] == "Mold sample")
    invoice = add(booking, "Northwest Mutual", line_ids=[line["line_id"]])
    assert invoice["balance_cents"] == 9_500
    booking.wait_invoice(status="paid", balance_cents=0, paid_cents=80_000)


def test_only_people_of_the_inspection_and_only_with_integrated_payments(booking):
    company, path = booking.company, f"billing/v1/inspections/{booking.inspection_id}/invoices"
    stranger = {"contact_id": "nobody", "fixed_cents": 100}
    assert refusal(lambda: company.office.post(path, stranger))["code"] == "contact_not_in_people"
    both = {"contact_id": person(booking, "Marcus Lee")["contact_id"]}
    assert refusal(lambda: company.office.post(path, both))["code"] == "service_or_amount"
    company.office.patch("scheduling/v1/company/policy", {"allow_deferred_payment": True})

    def refused() -> bool:
        try:
            invoice = add(booking, "Marcus Lee", fixed_cents=100)
        except httpx.HTTPStatusError as error:
            return error.response.json()["code"] == "multi_party_unavailable"
        company.office.post(f"billing/v1/invoices/{invoice['invoice_id']}/void", {})
        return False

    eventually(refused, "billing hears of the deferred payments")


def test_the_same_request_adds_one_invoice_and_a_voided_one_gives_its_part_back(booking):
    twice = [add(booking, "Marcus Lee", "the same key", fixed_cents=10_000) for _ in range(2)]
    assert twice[0]["invoice_id"] == twice[1]["invoice_id"]
    booking.wait_invoice(total_cents=70_000)
    void = f"billing/v1/invoices/{twice[0]['invoice_id']}/void"
    assert booking.company.office.post(void, {})["status"] == "void"
    booking.wait_invoice(total_cents=80_000)
    client_own = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/void"
    problem = refusal(lambda: booking.company.office.post(client_own, {}))
    assert problem["code"] == "client_invoice"


def test_staff_add_send_and_copy_the_link_on_the_pages(booking):
    staff = booking.company.staff_browser()
    base = f"/staff/billing/inspections/{booking.inspection_id}/invoices/new"
    page = staff.open(base)
    assert "At most $800.00" in page.text
    contact = person(booking, "Northwest Mutual")["contact_id"]
    too_much = {"contact": contact, "kind": "fixed", "amount": "800.01"}
    refused = staff.submit(page.form("Save and Send"), **too_much)
    assert refused.status == 422
    assert "Fixed amount cannot exceed $800.00" in refused.text
    saved = staff.submit(refused.form("Save and Send"), **too_much | {"amount": "150.00"})
    assert "Northwest Mutual" in saved.text
    assert "$150.00" in saved.text
    linked = staff.submit(saved.form("Copy link"))
    link = link_in({"text": linked.text})
    insurer = booking.company.visitor().open(link)
    assert "$150.00" in insurer.text
    sent = staff.submit(saved.form("Send now"))
    assert sent.status == 200
    claims = person(booking, "Northwest Mutual")["email"]
    assert link_in(booking.mail("Invoice", to=claims)).startswith("/pay/")
