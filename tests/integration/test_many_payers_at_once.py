"""Fifty payers on the forty invoices of one bill, all at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company

INVOICES, PAYERS, PEOPLE, EACH_CENTS = 40, 50, 29, 1_000
AT_ONCE = 25
"""How many payers press a button at the same moment; the others follow on their heels."""


def captured_cents(company: Company) -> int:
    """What the processor has taken since it was started."""
    totals = company.sandbox.get("totals").values()
    return sum(each.get("captured", {}).get("all", {}).get("cents", 0) for each in totals)


def bill_for_many(company: Company) -> tuple[Booking, list[str]]:
    """$800.00: 39 invoices of $10.00 for 29 people, the client has the rest; a link to each."""
    tag = company.owner_email.split("@")[0]
    people = [
        {
            "role": "additional",
            "role_label": "Owner",
            "name": f"Owner {at}",
            "email": f"owner-{at}-{tag}@example.com",
        }
        for at in range(PEOPLE)
    ]
    services = ("Full home inspection", "Sewer scope", "Radon test")
    booking = company.book(*services, people=people)
    booking.wait_invoice(total_cents=80_000)
    path = f"billing/v1/inspections/{booking.inspection_id}/invoices"
    contacts = [p["contact_id"] for p in booking.show()["people"] if p["role"] == "additional"]

    def add(contact_id: str) -> str:
        wish = {"contact_id": contact_id, "fixed_cents": EACH_CENTS}
        invoice_id = company.office.post(path, wish)["invoice_id"]
        return company.office.post(f"billing/v1/invoices/{invoice_id}/link", {})["url"]

    payers = [*contacts, *contacts][: INVOICES - 1]
    links = [add(contact_id) for contact_id in payers]
    booking.wait_invoice(total_cents=80_000 - EACH_CENTS * len(links))
    return booking, [booking.link(), *links]


@pytest.mark.scenario(53)
@pytest.mark.timeout(300)
def test_fifty_payers_on_forty_invoices_never_pay_more_than_the_bill(company: Company) -> None:
    before_cents = captured_cents(company)
    booking, links = bill_for_many(company)
    assert len(links) == INVOICES
    payers = [open_page(booking, link) for link in (*links, *links[: PAYERS - INVOICES])]
    start = Barrier(AT_ONCE)

    def pay(client: Client) -> None:
        start.wait(timeout=60)
        eventually(lambda: pressed(client), "the page says that all is paid", within=120)

    with ThreadPoolExecutor(AT_ONCE) as crowd:
        list(crowd.map(pay, payers))

    balance = eventually(lambda: paid(company, booking), "every invoice is paid")
    assert (balance["paid_cents"], balance["surplus_cents"]) == (80_000, 0)
    assert {invoice["status"] for invoice in balance["invoices"]} == {"paid"}
    assert [len(invoice["payments"]) for invoice in balance["invoices"]] == [1] * INVOICES
    assert captured_cents(company) - before_cents == 80_000


def pressed(client: Client) -> bool:
    """Press whatever asks for the money on the page one is on; True when nothing is due."""
    buttons = client.page.buttons
    if "/sandbox/" in client.page.url and any("Pay" in button for button in buttons):
        client.pay_by_card()
    elif any("Pay $" in button for button in buttons):
        client.checkout()
    else:  # somebody else has paid, or the money is being confirmed
        client.reload()
    return "Paid in full" in client.page.text


def open_page(booking: Booking, link: str) -> Client:
    """A payer with a browser of his own."""
    browser = booking.company.visitor()
    client = Client(booking, browser, browser.open(link))
    client.wait("Pay $")
    return client


def paid(company: Company, booking: Booking) -> dict | None:
    balance = company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    return balance if balance["balance_cents"] == balance["processing_cents"] == 0 else None
