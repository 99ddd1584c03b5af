"""A client asks the people of the inspection to pay a part, and everybody sees what is his."""

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company, link_in
from tests.support.refusals import refusal
from tests.support.visitor import Page

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def booking(company: Company) -> Booking:
    """$800.00 with an agent and an insurer; the company lets its clients ask."""
    tag = company.owner_email.split("@")[0]
    allow(company, clients_may_invite=True)
    people = [
        {
            "role": "agent",
            "role_label": "Buyer's agent",
            "name": "Marcus Lee",
            "email": f"agent-{tag}@example.com",
        },
        {
            "role": "additional",
            "role_label": "Insurer",
            "name": "Northwest Mutual",
            "email": f"claims-{tag}@example.com",
        },
    ]
    booked = company.book("Full home inspection", "Sewer scope", "Radon test", people=people)
    booked.wait_invoice(total_cents=80_000)
    return booked


def allow(company: Company, **rules: bool) -> None:
    company.office.put("billing/v1/settings/portal", rules)


def person(booking: Booking, name: str) -> dict:
    return next(one for one in booking.show()["people"] if one["name"] == name)


def look(booking: Booking, client: Client, name: str, **fields: str) -> Page:
    """Fill in the form; nobody is asked yet."""
    form = client.browser.open(f"{client.home}/invite").form("See what you would pay")
    wanted = {"contact": person(booking, name)["contact_id"], **fields}
    return client.browser.submit(form, **wanted)


def payer(booking: Booking, name: str) -> Client:
    """The person who was asked, with the mailed link open."""
    mail = booking.mail("asks you to pay a part", to=person(booking, name)["email"])
    return booking.opened(link_in(mail))


@pytest.mark.scenario(3)
def test_a_client_asks_two_people_one_pays_one_is_taken_back_and_money_stays_exact(booking):
    client = booking.client()
    client.wait("Ask somebody to pay a part")

    seen = look(booking, client, "Marcus Lee", kind="half")
    assert "Ask Marcus Lee to pay $400.00?" in seen.text
    assert "You pay $400.00" in seen.text
    assert booking.invoice()["total_cents"] == 80_000, "looking changes nothing"
    confirm = seen.form("Ask Marcus Lee")
    for _ in range(2):
        asked = client.browser.submit(confirm)
        assert "We sent the invoice by email" in asked.text
    booking.wait_invoice(total_cents=40_000)
    assert len(booking.invoices()) == 2, "the same form asks once"

    agent = payer(booking, "Marcus Lee")
    assert "$400.00" in agent.page.text
    for hidden in ("Ellen", booking.client_email, "$800.00", "Northwest", "Sewer scope", "/p/"):
        assert hidden not in agent.page.html

    too_much = look(booking, client, "Northwest Mutual", kind="amount", amount="400.01")
    assert too_much.status == 422
    assert "At most $400.00 is left to share" in too_much.text
    assert "Fixed amount cannot exceed $400.00" in too_much.text
    seen = look(booking, client, "Northwest Mutual", kind="percent", percent="12.5")
    assert "Ask Northwest Mutual to pay $100.00?" in seen.text
    client.browser.submit(seen.form("Ask Northwest Mutual"))
    booking.wait_invoice(total_cents=30_000)
    insurer = payer(booking, "Northwest Mutual")

    agent.checkout()
    agent.pay_by_card()
    agent.wait("Paid in full")
    client.wait("Marcus Lee, buyer's agent Paid")
    page = client.wait("Insurer, $100.00 . Not paid yet")
    for hidden in ("agent-", "claims-", "4242", "/pay/"):
        assert hidden not in page.html.replace('/pay"', "").replace("/how-to-pay", "")
    with pytest.raises(AssertionError):
        page.form("Take back what you asked of Marcus Lee")

    take_back_and_pay_the_rest(booking, client, insurer)


def take_back_and_pay_the_rest(booking: Booking, client: Client, insurer: Client) -> None:
    """What is not paid is the client's again; the link of it asks for nothing."""
    page = client.reload()
    taken = client.browser.submit(page.form("Take back what you asked of Northwest Mutual"))
    assert "It is taken back" in taken.text
    booking.wait_invoice(total_cents=40_000)
    insurer.wait("This invoice is no longer needed")
    assert "There is nothing to pay" in insurer.page.text
    client.wait("Pay $400.00")
    eventually(lambda: "Northwest Mutual" not in client.reload().text, "he is asked no more")

    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    booking.wait_invoice(status="paid", balance_cents=0)
    path = f"billing/v1/inspections/{booking.inspection_id}/balance"
    balance = booking.company.office.get(path)
    assert (balance["total_cents"], balance["paid_cents"]) == (80_000, 80_000)
    assert "Ask somebody to pay a part" not in client.reload().text


def test_a_payer_is_told_what_changed_and_of_refunds_of_his_own_payment(booking):
    company, client = booking.company, booking.client()
    client.wait("Ask somebody to pay a part")
    seen = look(booking, client, "Marcus Lee", kind="percent", percent="10")
    client.browser.submit(seen.form("Ask Marcus Lee"))
    agent = payer(booking, "Marcus Lee")
    assert "$80.00" in agent.page.text
    fee = {"kind": "fee", "name": "Mold sample", "amount_cents": 10_000}
    company.office.post(f"{booking.path}/lines", fee)
    changed = agent.wait("This invoice has changed")
    assert "It was $80.00 and is now $90.00, since" in changed.text
    agent.checkout()
    agent.pay_by_card()
    agent.wait("Paid in full")

    third = next(i for i in booking.invoices() if i["kind"] == "third_party")
    paid = company.office.get(f"billing/v1/invoices/{third['invoice_id']}")["payments"][0]
    refund = {"amount_cents": 4_000, "reason": "Told to the office only"}
    company.office.post(f"billing/v1/payments/{paid['payment_id']}/refunds", refund)
    told = agent.wait("Refunded to you")
    assert "$40.00" in told.text
    assert "Told to the office only" not in told.html
    client.wait("Paid $50.00 so far")


def test_without_permission_or_people_nobody_can_be_asked_by_any_way(booking):
    company, client = booking.company, booking.client()
    client.wait("Ask somebody to pay a part")
    form = look(booking, client, "Marcus Lee", kind="half").form("Ask Marcus Lee")
    allow(company, clients_may_invite=False)

    def refused() -> bool:
        """Billing and the portal hear of it each for itself."""
        answer = client.browser.submit(form)
        offered = "Ask somebody to pay a part" in client.reload().buttons
        return "not offered" in answer.text and not offered

    eventually(refused, "the portal and billing refuse what was switched off")
    assert "not offered" in client.browser.open(f"{client.home}/invite").text
    assert len(booking.invoices()) == 1
    direct = f"billing/v1/invoices/{booking.invoice()['invoice_id']}/void"
    assert refusal(lambda: company.office.post(direct, {}))["code"] == "client_invoice"


def test_after_publish_gates_everybody_with_one_sentence_and_an_override_opens_one_payer(company):
    """C7: the same sentence for client and payer; `collect_now` on one invoice lets it be paid."""
    company.office.patch("scheduling/v1/company/policy", {"collect_payment_after_publish": True})
    email = f"gated-{company.owner_email}"
    people = [
        {"role": "agent", "role_label": "Buyer's agent", "name": "Marcus Lee", "email": email}
    ]
    booking = company.book(people=people)
    booking.wait_invoice(total_cents=47_500, gate="until_published")
    contact = person(booking, "Marcus Lee")["contact_id"]
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    invoice = company.office.post(path, {"contact_id": contact, "fixed_cents": 10_000})
    link = company.office.post(f"billing/v1/invoices/{invoice['invoice_id']}/link", {})["url"]
    browser = company.visitor()
    agent = Client(booking, browser, browser.open(link))
    sentence = "Payment to be collected after inspection is published"
    assert sentence in agent.wait(sentence).text
    assert "Pay $" not in " ".join(agent.page.buttons)
    assert sentence in booking.client().page.text
    company.office.patch(f"billing/v1/invoices/{invoice['invoice_id']}", {"collect_now": True})
    agent.wait("Pay $100.00")
    agent.checkout()
    agent.pay_by_card()
    agent.wait("Paid in full")
    assert sentence in booking.client().page.text
