"""Everything that was told once may be told again: the books and the pages stay what they are."""

import json

import pytest

from deploy.demo.office import eventually
from services.billing.usecases.work_off_events import LISTENED_KINDS
from tests.integration.test_operators import (
    MANY_COMMANDS_SECONDS,
    REBUILT_SECONDS,
    operate,
    whole_story,
)
from tests.support.product import Company
from tests.support.provider import Provider
from tests.support.stack import Stack

PASTED = "4242 4242 4242 4242"
"""A card number where none belongs."""


@pytest.mark.timeout(MANY_COMMANDS_SECONDS)
@pytest.mark.scenario(74)
def test_what_the_processor_lists_is_what_its_webhooks_told_and_told_again_changes_nothing(
    stack: Stack, company: Company, provider: Provider
) -> None:
    booking, _client = whole_story(company)
    intent = provider.paid_intent(booking)
    listed = [e for e in provider.about(booking, intent) if e["type"] in LISTENED_KINDS]
    assert {"checkout.session.completed", "refund.created"} <= {e["type"] for e in listed}
    ids = {event["id"] for event in listed}
    received = eventually(
        lambda: rows if len(rows := provider.received(ids)) == len(ids) else None,
        "every event that is listed was received",
    )
    assert {row["_id"]: row["kind"] for row in received} == {e["id"]: e["type"] for e in listed}
    assert not any(row["healed"] for row in received), "found by looking, not told"

    before = booking.invoice()
    balance = company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    for event in [*listed, *reversed(listed)]:
        provider.deliver(event)
    assert booking.invoice() == before
    assert balance == company.office.get(f"billing/v1/inspections/{booking.inspection_id}/balance")
    assert "0 differences" in stack.run("billing", "services.billing.main", "check-books")


@pytest.mark.timeout(320)
@pytest.mark.scenario(59)
def test_a_view_emptied_and_told_everything_again_has_the_balances_of_the_ledger(
    stack: Stack, company: Company
) -> None:
    booking, client = whole_story(company)
    invoice = booking.invoice()
    operate(stack, "portal", "rebuild-view")
    due = f"${invoice['balance_cents'] / 100:,.2f}"
    client.wait(f"Pay {due}", within=REBUILT_SECONDS)
    page = client.reload().text
    assert f"${invoice['total_cents'] / 100:,.2f}" in page
    assert "Refunded to you" in page
    assert "0 differences" in stack.run("billing", "services.billing.main", "check-books")


@pytest.mark.scenario(68)
def test_a_card_number_pasted_into_words_reaches_neither_the_processor_nor_a_log(
    stack: Stack, company: Company, provider: Provider
) -> None:
    booking = company.book()
    invoice = booking.wait_invoice(total_cents=47_500)
    path = f"billing/v1/invoices/{invoice['invoice_id']}/payments"
    words = {"reference": PASTED, "note": PASTED, "client_note": PASTED}
    company.office.post(path, {"amount_cents": 7_500, "method": "cash", **words})
    client = booking.client()
    client.wait("Pay $400.00")
    client.checkout()
    client.pay_by_card()
    client.wait("Paid in full")
    payment = booking.invoice()["payments"][-1]["payment_id"]
    company.office.post(
        f"billing/v1/payments/{payment}/refunds", {"amount_cents": 1_000, "reason": PASTED}
    )
    client.wait("Refunded to you")

    intent = provider.paid_intent(booking)
    sent = json.dumps(
        [
            provider.about(booking, intent),
            provider.show(f"payment_intents/{intent}"),
            provider.refunds(booking),
        ]
    )
    assert "refund_id" in sent
    for part in (*stack.services, "gateway"):
        assert stack.log(part), part
    for number in (PASTED, PASTED.replace(" ", "")):
        assert number not in sent
        assert not [part for part in (*stack.services, "gateway") if number in stack.log(part)]
