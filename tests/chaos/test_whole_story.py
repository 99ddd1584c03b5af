"""Signed, paid, published and refunded once, whichever line that could hurt a service dies at."""

import pytest
from pymongo import MongoClient

from tests.chaos.invariants import (
    assert_booked_once,
    assert_books_balance,
    assert_mailed,
    wait_settled,
)
from tests.chaos.load import book, pay, persistently, sign
from tests.support.product import PDF, Booking, Company
from tests.support.stack import Stack

POINTS = {
    "scheduling": [
        "scheduling.committed",
        "scheduling.report-kept",
        "scheduling.inspection-published",
    ],
    "billing": ["billing.refund-reserved-not-sent", "billing.refunded-not-recorded"],
    "portal": ["portal.signed-not-committed", "relay.confirmed-not-marked"],
    "notifications": ["relay.confirmed-not-marked"],
}
REFUND_CENTS = 7_500


def refund(booking: Booking, payment_id: str) -> None:
    """Give a part back, asked for with one key until it is done."""
    body = {"amount_cents": REFUND_CENTS, "reason": "Kindness", "with_credit": False}
    path = f"billing/v1/payments/{payment_id}/refunds"

    persistently(lambda: booking.company.office.post(path, body, key=f"refund-{payment_id}"))


def publish(booking: Booking) -> None:
    office = booking.company.office
    key = f"publish-{booking.inspection_id}"
    persistently(lambda: office.publish(booking.inspection_id, "Report.pdf", PDF, key=key))


def signatures(stack: Stack, booking: Booking) -> list[int]:
    """How many signatures the portal keeps, and how often it has told of one."""
    with MongoClient(stack.mongo_url("operator"), directConnection=True) as mongo:
        kept = mongo.portal.signatures.count_documents({"inspection_id": booking.inspection_id})
        told = mongo.portal.outbox.find({"type": "portal.agreement_signed.v1"})
        return [kept, sum(booking.inspection_id in row["body"] for row in told)]


@pytest.mark.timeout(420)
@pytest.mark.parametrize("service", POINTS)
@pytest.mark.scenario(52, 57)
def test_every_step_is_taken_once_wherever_a_service_dies(
    stack: Stack, company: Company, service: str
) -> None:
    stack.arm(service, ",".join(f"{point}:1" for point in POINTS[service]))
    booking = book(company, 0)
    client = persistently(booking.client)
    persistently(lambda: sign(client))
    persistently(lambda: pay(client))
    publish(booking)
    paid = booking.wait_invoice(status="paid", paid_cents=47_500)
    refund(booking, paid["payments"][0]["payment_id"])
    wait_settled(stack)
    assert_booked_once(booking)
    assert signatures(stack, booking) == [1, 1]
    assert [row["refunded_cents"] for row in booking.invoice()["payments"]] == [REFUND_CENTS]
    assert len(booking.show()["reports"]) == 1
    assert_mailed(booking, "receipt")
    assert_mailed(booking, "refund")
    assert_books_balance(stack)
    assert sorted(stack.crashes(service)) == sorted(POINTS[service]), "a fault did not happen"
