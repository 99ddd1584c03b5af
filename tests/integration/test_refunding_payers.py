"""Two payers of one bill get their own money back, each on his own card, and nobody else's."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company, link_in
from tests.support.provider import Provider
from tests.support.refusals import refusal


def invoiced(booking: Booking, name: str, **share: object) -> tuple[str, Client]:
    """Add the person's invoice, send it, and open the mailed link."""
    office, people = booking.company.office, booking.show()["people"]
    person = next(p for p in people if p["name"] == name)
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    invoice = office.post(path, {"contact_id": person["contact_id"], **share})["invoice_id"]
    # The same person may have several: each mail is known by its own subject.
    letter = {"subject": f"Your part {invoice}", "body": "Hello,\n\n{{ sign_and_pay }}"}
    office.post(f"billing/v1/invoices/{invoice}/send", letter)
    browser = booking.company.visitor()
    link = link_in(booking.mail(letter["subject"], to=person["email"]))
    return invoice, Client(booking, browser, browser.open(link))


def words(client: Client, path: str) -> str:
    """What a PDF of the client's or payer's page says."""
    answer = client.browser.http.get(client.home + path).raise_for_status()
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages)


def both_paid(company: Company, agent_mail: str) -> tuple[Booking, str, Client, Client]:
    """A published inspection of $450.00: $150.00 by the agent, the rest by the client."""
    people = [{"role": "agent", "name": "Marcus Lee", "email": agent_mail}]
    booking = company.book("Full home inspection", people=people)
    rebate = {"kind": "credit", "name": "Rebate", "amount_cents": 2_500}
    company.office.post(f"{booking.path}/lines", rebate)
    booking.wait_invoice(total_cents=45_000)
    invoice, agent = invoiced(booking, "Marcus Lee", fixed_cents=15_000)
    client = booking.client()
    client.wait("Pay $300.00")
    for payer in (agent, client):
        payer.checkout()
        payer.pay_by_card()
        payer.wait("Paid in full")
    booking.publish()
    booking.wait_released(released=True)
    return booking, invoice, agent, client


@pytest.mark.timeout(120)
@pytest.mark.scenario(2, 17, 18, 22)
@pytest.mark.rule(44, 45, 53)
def test_each_payer_is_refunded_on_his_own_card_and_the_papers_say_so(
    company: Company, provider: Provider
) -> None:
    """$450.00 is split 300 to 150; both pay, a part and then all of the agent's goes back."""
    office = company.office
    agent_mail = f"agent-{company.owner_email}"
    booking, agents, agent, client = both_paid(company, agent_mail)
    paid = {
        a["allocations"][0]["invoice_id"]: a["payment_intent_id"]
        for a in provider.attempts(booking)
    }
    payment = office.get(f"billing/v1/invoices/{agents}")["payments"][0]["payment_id"]
    client_before = booking.invoice()

    refunds = f"billing/v1/payments/{payment}/refunds"
    office.post(refunds, {"amount_cents": 5_000, "reason": "Agreed by phone"})
    given = provider.show("refunds", payment_intent=paid[agents])["data"]
    assert [refund["amount"] for refund in given] == [5_000]
    own = provider.show("refunds", payment_intent=paid[client_before["invoice_id"]])["data"]
    assert own == []
    assert booking.invoice() == client_before
    balance = office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    assert (balance["paid_cents"], balance["balance_cents"]) == (40_000, 5_000)
    booking.wait_released(released=False)
    agent.wait("Pay $50.00")
    assert "Refunded to you" in agent.page.text
    assert "$50.00" in booking.mail("refund", to=agent_mail)["text"]
    assert "Marcus Lee" in words(client, "/invoice.pdf")
    assert "$50.00" in words(agent, "/invoice.pdf")
    assert "Ellen" not in agent.page.text

    office.post(refunds, {"amount_cents": 10_000, "reason": "All of it"})
    too_much = refusal(lambda: office.post(refunds, {"amount_cents": 1, "reason": "More"}))
    assert too_much["code"] == "refund_exceeds_payment"
    shown = office.get(f"billing/v1/invoices/{agents}")
    assert (shown["paid_cents"], shown["balance_cents"]) == (0, 15_000)
    given = provider.show("refunds", payment_intent=paid[agents])["data"]
    assert sum(refund["amount"] for refund in given) == 15_000
    assert booking.invoice() == client_before


@pytest.mark.timeout(120)
@pytest.mark.scenario(40)
def test_one_address_at_two_companies_is_two_customers(open_one) -> None:
    """Scenario 40: the same agent pays for both; neither company hears of the other."""
    companies = [open_one("Harbor & Pine"), open_one("Ridge & Co")]
    mail = f"agent-{companies[0].owner_email}"
    payers, bookings = [], []
    for company in companies:
        people = [{"role": "agent", "name": "Marcus Lee", "email": mail}]
        booking = company.book(people=people)
        booking.wait_invoice(total_cents=47_500)
        payers.append(invoiced(booking, "Marcus Lee", fixed_cents=10_000))
        bookings.append(booking)
    for _, payer in payers:
        payer.checkout()
        payer.pay_by_card()
        payer.wait("Paid in full")
    for company, other in zip(companies, reversed(companies), strict=True):
        told = str(company.office.get("notifications/v1/mails"))
        assert "Marcus Lee" in told or mail in told
        assert other.name.split(" ")[0] not in told
    first, second = payers
    assert (
        refusal(lambda: companies[1].office.get(f"billing/v1/invoices/{first[0]}"))["status"] == 404
    )
    assert second[1].browser.http.get(first[1].home).status_code == 404


@pytest.mark.scenario(41)
def test_a_link_tells_what_became_of_its_invoice(company: Company) -> None:
    """Scenario 41: void, paid, revoked."""
    people = [{"role": "agent", "name": "Marcus Lee", "email": f"a-{company.owner_email}"}]
    booking = company.book(people=people)
    booking.wait_invoice(total_cents=47_500)
    invoice, agent = invoiced(booking, "Marcus Lee", fixed_cents=10_000)
    agent.checkout()
    agent.pay_by_card()
    agent.wait("Paid in full")
    assert "Receipt" in agent.page.text
    assert not any("Pay $" in button for button in agent.page.buttons)
    other, later = invoiced(booking, "Marcus Lee", fixed_cents=5_000)
    assert any("Pay $50.00" in button for button in later.page.buttons)
    company.office.post(f"billing/v1/invoices/{other}/void", {})
    later.wait("This invoice is no longer needed")
    assert not any("Pay $" in button for button in later.page.buttons)
    paid = eventually(
        lambda: company.office.get(f"billing/v1/invoices/{invoice}")["status"] == "paid", "paid"
    )
    assert paid
