"""Fifty payers on the forty invoices of one bill, and staff with cash, all at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from deploy.demo.office import eventually
from tests.support.product import Booking, Client, Company

INVOICES, PAYERS, PEOPLE, EACH_CENTS = 40, 50, 29, 1_000
BY_HAND = 6
"""Invoices for which somebody at the desk writes down cash while their payers are paying."""
AT_ONCE = 28
"""How many press a button at the same moment; the others follow on their heels."""


def captured_cents(company: Company) -> int:
    """What the processor has taken since it was started."""
    totals = company.sandbox.get("totals").values()
    return sum(each.get("captured", {}).get("all", {}).get("cents", 0) for each in totals)


def bill_for_many(company: Company) -> tuple[Booking, list[str], list[str]]:
    """$800.00: 39 invoices of $10.00 for 29 people, the client has the rest; links, and the 39."""
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
        return str(company.office.post(path, wish)["invoice_id"])

    def link(invoice_id: str) -> str:
        return str(company.office.post(f"billing/v1/invoices/{invoice_id}/link", {})["url"])

    added = [add(contact_id) for contact_id in [*contacts, *contacts][: INVOICES - 1]]
    booking.wait_invoice(total_cents=80_000 - EACH_CENTS * len(added))
    return booking, [booking.link(), *map(link, added)], added


@pytest.mark.scenario(53)
@pytest.mark.timeout(300)
def test_fifty_payers_on_forty_invoices_never_pay_more_than_the_bill(company: Company) -> None:
    before_cents = captured_cents(company)
    booking, links, added = bill_for_many(company)
    assert len(links) == INVOICES
    payers = [open_page(booking, link) for link in (*links, *links[: PAYERS - INVOICES])]
    start = Barrier(AT_ONCE)

    def pay(client: Client) -> int:
        start.wait(timeout=60)
        eventually(lambda: pressed(client), "the page says that all is paid", within=120)
        return 0

    def write_down(invoice_id: str) -> int:
        """The cash that was taken for it; refused where a card was faster."""
        start.wait(timeout=60)
        path = f"billing/v1/invoices/{invoice_id}/payments"
        try:
            company.office.post(path, {"amount_cents": EACH_CENTS, "method": "cash"})
        except httpx.HTTPStatusError as error:
            if error.response.status_code not in {409, 422}:
                raise
            return 0
        return EACH_CENTS

    half, desk = PAYERS // 2, BY_HAND // 2
    everybody = [
        *((write_down, one) for one in added[:desk]),
        *((pay, one) for one in payers[:half]),
        *((write_down, one) for one in added[desk:BY_HAND]),
        *((pay, one) for one in payers[half:]),
    ]
    assert len(everybody) == 2 * AT_ONCE
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        cash_cents = sum(crowd.map(lambda one: one[0](one[1]), everybody))

    balance = eventually(lambda: paid(company, booking), "every invoice is paid")
    assert (balance["paid_cents"], balance["surplus_cents"]) == (80_000, 0)
    assert {invoice["status"] for invoice in balance["invoices"]} == {"paid"}
    assert [len(invoice["payments"]) for invoice in balance["invoices"]] == [1] * INVOICES
    assert captured_cents(company) - before_cents == 80_000 - cash_cents


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
