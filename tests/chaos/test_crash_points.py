"""Each service dies at each named line around a commit, a publish, a charge or a send."""

import httpx
import pytest

from deploy.demo.office import NotYetError, eventually
from tests.chaos.conftest import supervised
from tests.chaos.invariants import (
    assert_booked_once,
    assert_books_balance,
    assert_mailed,
    wait_settled,
)
from tests.support.product import Booking, Client, Company
from tests.support.stack import Stack

POINTS = [
    ("scheduling", "scheduling.not-committed"),
    ("scheduling", "scheduling.inspection-scheduled"),
    ("scheduling", "relay.confirmed-not-marked"),
    ("billing", "relay.confirmed-not-marked"),
    ("billing", "billing.reserved-not-charged"),
    ("billing", "billing.page-open-not-saved"),
    ("billing", "billing.seen-not-applied"),
    ("notifications", "notifications.claimed-not-sent"),
    ("notifications", "notifications.sent-not-marked"),
]


def persistently(act):
    """Do what a person does when a page does not come: try again."""

    def once():
        try:
            return act()
        except (httpx.HTTPError, AssertionError):
            return None

    return eventually(once, "it works at last", within=60)


@pytest.mark.timeout(240)
@pytest.mark.parametrize(("service", "point"), POINTS, ids=lambda value: value)
def test_nothing_is_lost_or_doubled(
    stack: Stack, company: Company, service: str, point: str
) -> None:
    stack.arm(service, f"{point}:1")
    with supervised(stack):
        bookings = [_book(company, number) for number in range(3)]
        clients = [persistently(booking.client) for booking in bookings]
        for client in clients:
            persistently(lambda client=client: _pay(client))
        wait_settled(stack)
        for booking in bookings:
            booking.wait_invoice(status="paid", paid_cents=47_500, balance_cents=0)
            assert_booked_once(booking)
            assert_mailed(booking, "receipt")
        assert_books_balance(stack)
    assert stack.crashes(service) == [point], "the fault did not happen, so this proves nothing"


def _book(company: Company, number: int) -> Booking:
    """Book with one key, so that trying again after a crash books once."""
    email = f"crash-{company.owner_email.split('@')[0]}-{number}@example.com"
    body = {
        "site": {"street": f"{number} Alder Creek Rd", "city": "Bend", "region": "OR"},
        "starts_at": "2027-02-01T09:00:00-08:00",
        "inspector_id": company.inspector_id,
        "people": [{"role": "client", "name": "Ellen Park", "email": email}],
        "lines": [
            {
                "kind": "service",
                "service_id": company.services["Full home inspection"]["service_id"],
            }
        ],
    }
    booked = persistently(
        lambda: company.office.post("scheduling/v1/inspections", body, f"booking-{email}")
    )
    return Booking(company, booked["inspection_id"], booked["number"], email)


def _pay(client: Client) -> bool | None:
    """One try: look at the page, pay what it asks for."""
    text = client.reload().text
    if "Paid in full" in text:
        return True
    if any("Pay $" in button for button in client.page.buttons):
        client.checkout()
        client.pay_by_card()
    try:
        client.wait("Paid in full")
    except NotYetError:
        return None
    return True
