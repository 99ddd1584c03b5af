"""A part goes down while people book and pay; what was acknowledged is there, to the cent."""

import pytest

from deploy.demo.office import eventually
from tests.chaos.invariants import assert_booked_once, assert_books_balance, wait_settled
from tests.chaos.load import PATIENCE_SECONDS, business_under_way
from tests.support.product import Company
from tests.support.stack import Stack

BEFORE, AFTER = 2, 3
"""Payments that are through before the fault, and further ones after it."""


@pytest.mark.timeout(420)
@pytest.mark.parametrize("part", ["rabbitmq", "mongo", "billing"])
@pytest.mark.scenario(51, 60)
def test_killed_under_load_and_started_again(stack: Stack, company: Company, part: str) -> None:
    with business_under_way(company) as load:
        eventually(lambda: len(load.paid) >= BEFORE, "payments before the fault", within=90)
        stack.kill(part)
        assert not stack.is_running(part)
        before = len(load.paid)
        stack.start(part)
        eventually(
            lambda: len(load.paid) >= before + AFTER,
            "payments after the fault",
            within=PATIENCE_SECONDS,
        )
    wait_settled(stack)
    for booking in load.bookings:
        assert_booked_once(booking)
    for booking in load.paid:
        invoice = booking.wait_invoice(status="paid", paid_cents=47_500, balance_cents=0)
        assert len(invoice["payments"]) == 1
    assert_books_balance(stack)
