"""What a third party is told when he comes back: another amount, and news of his own money."""

import json
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from services.portal.domain.facts import facts_of
from services.portal.domain.invoice_news import changed_at
from services.portal.domain.views import Amount
from shared.contracts import billing
from tests.support.portal_samples import (
    COMPANY_ID,
    INSPECTION_ID,
    NOW,
    a_payment,
    a_third_party_invoice,
    an_invoice,
    told_invoice,
)
from tests.unit.portal.test_client_page import words

CHANGED = "This invoice has changed"


async def opened(portal, page, shown=None):
    """The page's script says that it is open, with the amount it shows."""
    shown = shown or await portal.browser.get(page)
    form = BeautifulSoup(shown.text, "html.parser").select_one("[hx-post$=opened]")
    answer = await portal.browser.post(form["hx-post"], data=json.loads(form["hx-vals"]))
    assert answer.status_code == 204


def now_at(cents, revision):
    return told_invoice(a_third_party_invoice(total_cents=cents, revision=revision))


async def test_a_change_is_told_with_both_amounts_and_the_day(portal):
    page = await portal.enter("invoice")
    portal.tell(now_at(12_000, 2), at=NOW + timedelta(days=1))
    portal.clock.now = NOW + timedelta(days=3)
    text = words(await portal.browser.get(page))
    assert f"{CHANGED} It was $150.00 and is now $120.00, since Nov" in text


async def test_after_it_was_seen_it_is_told_for_a_day_and_then_no_more(portal):
    page = await portal.enter("invoice")
    await opened(portal, page)
    portal.tell(now_at(12_000, 2))
    await opened(portal, page)
    portal.clock.now = NOW + timedelta(hours=5)
    assert "It was $150.00 and is now $120.00" in words(await portal.browser.get(page))
    portal.clock.now = NOW + timedelta(hours=25)
    assert CHANGED not in words(await portal.browser.get(page))
    portal.tell(now_at(13_000, 3))
    assert "It was $120.00 and is now $130.00" in words(await portal.browser.get(page))


async def test_a_change_that_came_after_the_page_was_shown_is_still_news(portal):
    page = await portal.enter("invoice")
    shown = await portal.browser.get(page)
    portal.tell(now_at(12_000, 2))
    await opened(portal, page, shown)
    assert "It was $150.00 and is now $120.00" in words(await portal.browser.get(page))


async def test_looking_does_not_count_as_opening(portal):
    page = await portal.enter("invoice")
    portal.tell(now_at(12_000, 2))
    for _ in range(3):
        await portal.browser.get(page)
    portal.clock.now = NOW + timedelta(days=9)
    assert CHANGED in words(await portal.browser.get(page))


def test_the_day_of_the_change_is_that_of_the_last_other_amount():
    amounts = {
        "2": Amount(total_cents=100, at=NOW),
        "10": Amount(total_cents=90, at=NOW + timedelta(days=2)),
        "9": Amount(total_cents=100, at=NOW + timedelta(days=1)),
        "11": Amount(total_cents=90, at=NOW + timedelta(days=3)),
    }
    assert changed_at(amounts) == NOW + timedelta(days=2)
    assert changed_at({"1": Amount(total_cents=1, at=NOW)}) is None


async def test_an_invoice_no_longer_needed_still_gives_the_receipt_of_what_was_paid(portal):
    page = await portal.enter("invoice")
    portal.tell(
        told_invoice(
            a_third_party_invoice(
                status="void",
                total_cents=0,
                paid_cents=15_000,
                balance_cents=0,
                payments=[a_payment(amount_cents=15_000)],
                revision=2,
            )
        )
    )
    answer = await portal.browser.get(page)
    text = words(answer)
    assert "This invoice is no longer needed" in text
    assert "You paid $150.00" in text
    assert "Receipt R-88214" in text
    assert CHANGED not in text
    assert "pay-form" not in answer.text


def money_event(kind, status, **changes):
    invoice = changes.pop("invoice", None) or a_third_party_invoice()
    named = {"refund_id": "r1", "with_credit": False}
    if kind is billing.DisputeChangedV1:
        named = {"dispute_id": "d1"}
    return kind(
        **{
            "company_id": COMPANY_ID,
            "payment_id": "payment-1",
            "invoice_id": invoice.invoice_id,
            "inspection_id": INSPECTION_ID,
            "payer": invoice.payer,
            "amount_cents": 4_000,
            "currency": "USD",
            "method": "card",
            "method_label": "Visa ending 4242",
            "status": status,
            "reason": "A word for the office only",
        }
        | named
        | changes
    )


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        (billing.PaymentRefundedV1, "pending", "A refund of $40.00 is on its way to you"),
        (billing.PaymentRefundedV1, "failed", "A refund of $40.00 did not go through"),
        (billing.DisputeChangedV1, "under_review", "You disputed a payment of $40.00"),
        (billing.DisputeChangedV1, "won", "The payment stands"),
        (billing.DisputeChangedV1, "lost", "Your bank gave you $40.00 back"),
    ],
)
async def test_refunds_and_disputes_of_his_own_payment_are_told(portal, kind, status, said):
    page = await portal.enter("invoice")
    portal.tell(money_event(kind, status))
    answer = await portal.browser.get(page)
    assert said in words(answer)
    assert "A word for the office only" not in answer.text


async def test_a_refund_that_is_through_is_not_said_to_be_on_its_way_in_any_order(portal):
    page = await portal.enter("invoice")
    portal.tell(
        money_event(billing.PaymentRefundedV1, "succeeded"),
        money_event(billing.PaymentRefundedV1, "pending"),
    )
    assert "is on its way" not in words(await portal.browser.get(page))


async def test_news_of_the_clients_money_is_the_clients_alone(portal):
    payer = await portal.enter("invoice")
    client = await portal.enter()
    portal.tell(money_event(billing.PaymentRefundedV1, "pending", invoice=an_invoice()))
    assert "A refund of $40.00" in words(await portal.browser.get(client))
    assert "$40.00" not in (await portal.browser.get(payer)).text


def test_only_a_third_partys_amounts_are_kept_by_revision():
    parts = [fact.part for fact in facts_of(told_invoice(), NOW)]
    assert parts == ["invoice"]
    others = [fact.part for fact in facts_of(now_at(1, 7), NOW)]
    assert "amounts/7" in others
