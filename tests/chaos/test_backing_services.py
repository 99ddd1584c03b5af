"""The broker and the database go down while people book; all that was acknowledged is there."""

import pytest

from deploy.demo.office import eventually
from tests.chaos.invariants import assert_booked_once, assert_books_balance, wait_settled
from tests.chaos.load import bookings_under_way, pay, persistently
from tests.support.product import Company
from tests.support.stack import Stack

BEFORE, AFTER = 3, 6


@pytest.mark.timeout(420)
@pytest.mark.parametrize("part", ["rabbitmq", "mongo"])
@pytest.mark.scenario(51, 60)
def test_killed_under_load_and_started_again(stack: Stack, company: Company, part: str) -> None:
    with bookings_under_way(company) as load:
        eventually(lambda: len(load.bookings) >= BEFORE, "bookings before the fault")
        stack.kill(part)
        assert not stack.is_running(part)
        stack.start(part)
        eventually(lambda: len(load.bookings) >= AFTER, "bookings after the fault", within=90)
    wait_settled(stack)
    for booking in load.bookings:
        assert_booked_once(booking)
    client = persistently(load.bookings[0].client)
    persistently(lambda: pay(client))
    load.bookings[0].wait_invoice(status="paid", paid_cents=47_500)
    assert_books_balance(stack)
