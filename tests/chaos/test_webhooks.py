"""Webhooks that are lost, repeated or out of order change nothing about who paid what."""

import pytest

from tests.chaos.invariants import assert_books_balance, assert_mailed, wait_settled
from tests.chaos.load import book, pay, persistently
from tests.support.product import Company
from tests.support.stack import Stack


@pytest.mark.timeout(420)
@pytest.mark.scenario(43)
def test_a_payment_is_booked_once_however_its_news_arrives(stack: Stack, company: Company) -> None:
    before = company.sandbox.get("webhooks")["counts"].get("dropped", 0)
    rates = {"drop_rate": 0.3, "duplicate_rate": 0.4, "reorder_rate": 0.4}
    company.sandbox.post("webhooks/mischief", **rates)
    try:
        bookings = [book(company, number) for number in range(6)]
        clients = [persistently(booking.client) for booking in bookings]
        for client in clients:
            persistently(lambda client=client: pay(client))
    finally:
        company.sandbox.post("webhooks/mischief", **dict.fromkeys(rates, 0.0))
    assert company.sandbox.get("webhooks")["counts"].get("dropped", 0) > before, "none was lost"
    wait_settled(stack)
    for booking in bookings:
        invoice = booking.wait_invoice(status="paid", paid_cents=47_500)
        assert len(invoice["payments"]) == 1
        assert_mailed(booking, "receipt", at_most=1)
    assert_books_balance(stack)
