"""Each service dies at each named line around a commit, a publish, a charge or a send."""

import pytest

from tests.chaos.invariants import (
    assert_booked_once,
    assert_books_balance,
    assert_mailed,
    wait_settled,
)
from tests.chaos.load import book, pay, persistently
from tests.support.product import Company
from tests.support.stack import Stack

POINTS = [
    ("scheduling", "scheduling.not-committed"),
    ("scheduling", "scheduling.inspection-scheduled"),
    ("scheduling", "relay.confirmed-not-marked"),
    ("billing", "relay.confirmed-not-marked"),
    ("billing", "billing.reserved-not-charged"),
    ("billing", "billing.page-open-not-saved"),
    ("billing", "billing.seen-not-applied"),
    ("portal", "portal.projected-not-committed"),
    ("portal", "portal.started-not-remembered"),
    ("notifications", "notifications.claimed-not-sent"),
    ("notifications", "notifications.sent-not-marked"),
]


@pytest.mark.timeout(420)
@pytest.mark.parametrize(("service", "point"), POINTS, ids=lambda value: value)
@pytest.mark.scenario(47, 52)
def test_nothing_is_lost_or_doubled(
    stack: Stack, company: Company, service: str, point: str
) -> None:
    stack.arm(service, f"{point}:1")
    bookings = [book(company, number) for number in range(3)]
    clients = [persistently(booking.client) for booking in bookings]
    for client in clients:
        persistently(lambda client=client: pay(client))
    wait_settled(stack)
    for booking in bookings:
        booking.wait_invoice(status="paid", paid_cents=47_500, balance_cents=0)
        assert_booked_once(booking)
        assert_mailed(booking, "receipt")
    assert_books_balance(stack)
    assert stack.crashes(service) == [point], "the fault did not happen, so this proves nothing"
