"""An agent or an insurer pays a part of the bill, through a portal of their own."""

import pytest

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


@pytest.mark.rule(30, 34, 43, 47)
def test_an_agent_is_invoiced_for_a_service_and_pays_in_a_portal_of_his_own(booking):
    office = booking.company.office
    sewer = next(line for line in booking.show()["lines"] if line["name"] == "Sewer scope")
    invoice = booking.invoice_for("Marcus Lee", line_ids=[sewer["line_id"]])
    assert invoice["total_cents"] == 17_500
    assert invoice["number"] == f"{booking.number}-1"
    booking.wait_invoice(total_cents=62_500)
    agent = booking.person("Marcus Lee")["email"]
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
    assert "1482 Alder Creek Rd" in payer.page.text
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
    fees = f"/staff/billing/inspections/{booking.inspection_id}/payments"
    assert "Marcus Lee paid $175.00" in booking.company.staff_browser().open(fees).text


@pytest.mark.scenario(5)
@pytest.mark.rule(55)
def test_a_fixed_amount_cannot_exceed_what_is_unpaid_and_unassigned(booking):
    booking.invoice_for("Northwest Mutual", fixed_cents=30_000)
    booking.wait_invoice(total_cents=50_000)
    problem = refusal(lambda: booking.invoice_for("Marcus Lee", fixed_cents=50_001))
    assert problem["code"] == "fixed_amount_exceeds_balance"
    assert problem["detail"] == "Fixed amount cannot exceed $500.00"
    assert problem["maximum_cents"] == 50_000
    assert booking.invoice()["total_cents"] == 50_000


@pytest.mark.scenario(5)
@pytest.mark.rule(54, 55)
def test_a_fully_paid_inspection_leaves_nothing_to_invoice(booking):
    client = booking.client()
    client.wait("Pay $800.00")
    client.checkout()
    client.pay_by_card()
    booking.wait_invoice(status="paid")
    problem = refusal(lambda: booking.invoice_for("Marcus Lee", fixed_cents=100))
    assert problem["detail"] == "Fixed amount cannot exceed $0.00"


@pytest.mark.rule(59)
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
    invoice = booking.invoice_for("Northwest Mutual", line_ids=[line["line_id"]])
    assert invoice["balance_cents"] == 9_500
    booking.wait_invoice(status="paid", balance_cents=0, paid_cents=80_000)


@pytest.mark.rule(38, 39)
def test_only_people_of_the_inspection_and_exactly_one_kind_of_share(booking):
    company, path = booking.company, f"billing/v1/inspections/{booking.inspection_id}/invoices"
    stranger = {"contact_id": "nobody", "fixed_cents": 100}
    assert refusal(lambda: company.office.post(path, stranger))["code"] == "contact_not_in_people"
    neither = {"contact_id": booking.person("Marcus Lee")["contact_id"]}
    assert refusal(lambda: company.office.post(path, neither))["code"] == "service_or_amount"
    line_ids = [booking.show()["lines"][0]["line_id"]]
    both = {**neither, "line_ids": line_ids, "fixed_cents": 100}
    assert refusal(lambda: company.office.post(path, both))["code"] == "service_or_amount"
    assert [invoice["kind"] for invoice in booking.invoices()] == ["client"]


def test_every_way_to_ask_for_too_much_is_refused_by_its_own_name(booking):
    """C14, C15: $500.00 of the home inspection is paid, the radon test is the insurer's."""
    office, line = booking.company.office, {li["name"]: li for li in booking.show()["lines"]}
    ids = {name: [found["line_id"]] for name, found in line.items()}
    booking.invoice_for("Northwest Mutual", line_ids=ids["Radon test"])
    own = booking.wait_invoice(total_cents=65_000)
    cash = {"amount_cents": 50_000, "method": "cash", "reference": ""}
    office.post(f"billing/v1/invoices/{own['invoice_id']}/payments", cash)

    def code(**share: object) -> tuple[str, int | None]:
        problem = refusal(lambda: booking.invoice_for("Marcus Lee", **share))
        return problem["code"], problem.get("maximum_cents")

    assert code(line_ids=ids["Full home inspection"]) == ("service_not_available", 15_000)
    assert code(line_ids=ids["Sewer scope"]) == ("service_not_available", 15_000)
    assert code(line_ids=ids["Radon test"]) == ("service_not_available", 15_000)
    assert code(basis_points=1_876) == ("percent_exceeds_balance", 15_000)
    assert code(equal_parts=5) == ("equal_parts_exceed_balance", 15_000)
    assert code(fixed_cents=15_001) == ("fixed_amount_exceeds_balance", 15_000)
    client = booking.person("Ellen Park")["contact_id"]
    path = f"billing/v1/inspections/{booking.inspection_id}"
    wish = {"contact_ids": [client, booking.person("Marcus Lee")["contact_id"]]}
    assert refusal(lambda: office.post(f"{path}/equal-parts", wish))["code"] == "one_person_each"
    booking.invoice_for("Marcus Lee", basis_points=1_875)
    assert code(basis_points=1) == ("nothing_to_invoice", 0)
    assert code(line_ids=ids["Sewer scope"]) == ("nothing_to_invoice", 0)
    assert len(booking.invoices()) == 3


def test_the_same_request_adds_one_invoice_and_a_voided_one_gives_its_part_back(booking):
    twice = [
        booking.invoice_for("Marcus Lee", "the same key", fixed_cents=10_000) for _ in range(2)
    ]
    assert twice[0]["invoice_id"] == twice[1]["invoice_id"]
    booking.wait_invoice(total_cents=70_000)
    void = f"billing/v1/invoices/{twice[0]['invoice_id']}/void"
    assert booking.company.office.post(void, {})["status"] == "void"
    booking.wait_invoice(total_cents=80_000)
    client_own = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/void"
    problem = refusal(lambda: booking.company.office.post(client_own, {}))
    assert problem["code"] == "client_invoice"


@pytest.mark.rule(28, 40)
def test_staff_add_send_and_copy_the_link_on_the_pages(booking):
    staff = booking.company.staff_browser()
    base = f"/staff/billing/inspections/{booking.inspection_id}/invoices/new"
    page = staff.open(base)
    assert "At most $800.00" in page.text
    contact = booking.person("Northwest Mutual")["contact_id"]
    too_much = {"contact": contact, "kind": "fixed", "amount": "800.01"}
    refused = staff.submit(page.form("Save and Send"), **too_much)
    assert refused.status == 422
    assert "Fixed amount cannot exceed $800.00" in refused.text
    saved = staff.submit(refused.form("Save and Send"), **too_much | {"amount": "150.00"})
    assert "Northwest Mutual" in saved.text
    assert "$150.00" in saved.text
    linked = staff.submit(saved.form("Copy link"))
    link = link_in({"text": linked.text})
    booking.opened(link).wait("$150.00")
    sent = staff.submit(saved.form("Send now"))
    assert sent.status == 200
    claims = booking.person("Northwest Mutual")["email"]
    assert link_in(booking.mail("Invoice", to=claims)).startswith("/pay/")


@pytest.mark.rule(29, 38, 40, 41)
@pytest.mark.parametrize("wish", [{"kind": "fixed", "amount": "175"}, {"kind": "services"}])
def test_an_agents_invoice_is_saved_seen_changed_and_sent_on_the_pages(booking, wish):
    """A fixed amount or a service; nothing leaves before `Send now`, and then the new words do."""
    staff, agent = booking.company.staff_browser(), booking.person("Marcus Lee")
    lines = {line["name"]: line["line_id"] for line in booking.show()["lines"]}
    if wish["kind"] == "services":
        wish = {**wish, "line": lines["Sewer scope"]}
    box = staff.open(f"/billing/fragments/inspections/{booking.inspection_id}/payments")
    form = staff.open(box.link("Add Invoice")).form("Save")
    saved = staff.submit(form, contact=agent["contact_id"], **wish)
    assert "nothing is mailed yet" in saved.text
    booking.wait_invoice(total_cents=62_500)
    got = booking.company.sandbox.mails
    before = [mail["id"] for mail in got(agent["email"]) if "/pay/" in mail["text"]]
    assert before == []

    words = {"subject": "The sewer is yours", "body": "Dear Marcus,\n\n{{ sign_and_pay }}"}
    seen = staff.submit(saved.form("Preview"), **words)
    assert seen.status == 200
    assert "Dear Marcus," in seen.text
    assert not link_in({"text": seen.html}), "the link is made when it is sent"
    staff.submit(saved.form("Send now"), **words)
    mail = booking.mail("The sewer is yours", to=agent["email"])
    assert "Dear Marcus," in mail["text"]
    assert "$175.00" in booking.company.visitor().open(link_in(mail)).text
