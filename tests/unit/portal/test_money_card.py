"""What the payment area says, for every combination (R8-R17, C17, C23, C30)."""

from datetime import date, timedelta

import pytest

from services.portal.domain.money_card import money_card
from services.portal.domain.views import Checkout, CompanyView, Outcome, Outcomes
from tests.support.portal_samples import (
    CLIENT_INVOICE,
    NOW,
    a_company,
    a_payment,
    a_third_party_invoice,
    an_invoice,
    paid,
    settings,
)

DEFERRAL = {
    "closing_on": date(2026, 12, 18),
    "contact_name": "Sam Ortiz",
    "contact_email": "closing@example.com",
    "accepted_by": "Ellen Park",
    "accepted_at": NOW,
}


def company(*, online=True, told=True, **changes):
    collecting = settings(online_payments=online) if told else None
    return CompanyView(company=a_company(**changes), collecting=collecting)


def attempt(state="started", minutes_ago=1, **changes):
    return Checkout(
        **{
            "link_id": "link-1",
            "key": "k1",
            "attempt_id": "attempt-k1",
            "invoice_id": CLIENT_INVOICE,
            "amount_cents": 47500,
            "started_at": NOW - timedelta(minutes=minutes_ago),
            "state": state,
        }
        | changes
    )


def outcome(minutes_ago, reason="Your card was declined."):
    return Outcome(
        payment_id="attempt-k0",
        amount_cents=47500,
        method_label="Visa ending 0002",
        reason=reason,
        expected_on=None,
        at=NOW - timedelta(minutes=minutes_ago),
    )


NOTHING_HAPPENED = Outcomes()


def card_of(invoice, *, outcomes=NOTHING_HAPPENED, at=None, now=NOW, before_publish=False, **how):
    return money_card(invoice, outcomes, company(**how), at, now, before_publish=before_publish)


STATES = [
    # invoice, returned attempt, kind, action, amount
    (an_invoice(), None, "due", "pay", 47500),
    (an_invoice(paid_cents=20000), None, "due", "pay", 27500),
    (an_invoice(gate="until_published"), None, "after_publish", "none", 47500),
    (an_invoice(gate="until_published"), attempt(), "after_publish", "none", 47500),
    (an_invoice(gate="until_published", paid_cents=100), None, "after_publish", "none", 47400),
    (paid(an_invoice(gate="until_published")), None, "paid", "none", 47500),
    (an_invoice(status="processing", processing_cents=47500), None, "processing", "none", 47500),
    (an_invoice(processing_cents=20000), None, "processing", "none", 20000),
    (an_invoice(processing_cents=20000), attempt(), "processing", "none", 20000),
    (an_invoice(), attempt(), "confirming", "none", 47500),
    (an_invoice(), attempt("processing"), "confirming", "none", 47500),
    (an_invoice(), attempt("succeeded"), "confirming", "none", 47500),
    (an_invoice(), attempt("unknown"), "confirming", "none", 47500),
    (an_invoice(), attempt("awaiting_payer"), "due", "pay", 47500),
    (an_invoice(), attempt("requires_action"), "due", "pay", 47500),
    (an_invoice(), attempt("failed"), "due", "pay", 47500),
    (an_invoice(), attempt("expired"), "due", "pay", 47500),
    (an_invoice(), attempt(minutes_ago=61), "due", "pay", 47500),
    (an_invoice(), attempt(invoice_id="another"), "due", "pay", 47500),
    (paid(an_invoice()), None, "paid", "none", 47500),
    (paid(an_invoice()), attempt(), "paid", "none", 47500),
    (an_invoice(total_cents=0), None, "nothing_due", "none", 0),
    (an_invoice(status="void", balance_cents=0), None, "cancelled", "none", 0),
    (an_invoice(status="void", paid_cents=5000), None, "cancelled", "none", 5000),
    (an_invoice(status="deferred", deferral=DEFERRAL), None, "deferred", "pay", 47500),
    (an_invoice(status="deferred", deferral=DEFERRAL), attempt(), "confirming", "none", 47500),
    (paid(an_invoice(), status="open", balance_cents=2500), None, "due", "pay", 2500),
    (a_third_party_invoice(), None, "due", "pay", 15000),
    (a_third_party_invoice(gate="until_published"), None, "after_publish", "none", 15000),
    (a_third_party_invoice(status="void", balance_cents=0), None, "cancelled", "none", 0),
]


@pytest.mark.parametrize(("invoice", "came_back", "kind", "action", "cents"), STATES)
def test_every_state_of_the_payment_area(invoice, came_back, kind, action, cents):
    card = card_of(invoice, at=came_back)
    assert (card.kind, card.action, card.amount_cents) == (kind, action, cents)


@pytest.mark.parametrize(("invoice", "came_back", "kind", "action", "cents"), STATES)
def test_without_online_payments_no_state_offers_to_pay(invoice, came_back, kind, action, cents):
    card = card_of(invoice, at=came_back, online=False)
    assert card.kind == kind
    assert card.action == ("learn_more" if action == "pay" else "none")


@pytest.mark.parametrize(
    ("provider", "action"),
    [("integrated", "pay"), ("none", "learn_more"), ("third_party", "learn_more")],
)
def test_until_billing_has_spoken_the_companys_own_choice_decides(provider, action):
    card = card_of(an_invoice(), told=False, policy={"payments_provider": provider})
    assert card.action == action


def test_before_the_invoice_has_come_collecting_after_publish_is_already_said():
    assert card_of(None, before_publish=True).kind == "after_publish"
    assert card_of(None).kind == "preparing"


@pytest.mark.parametrize(("hours", "days"), [(-3, 0), (0, 0), (13.2, 0), (13.4, 1), (37.4, 2)])
def test_overdue_is_counted_on_the_companys_own_calendar(hours, days):
    # NOW is 10:42 in Los Angeles; the company's day ends 13 h 18 min later
    invoice = an_invoice(due_on=date(2026, 11, 21))
    assert card_of(invoice, now=NOW + timedelta(hours=hours)).overdue_days == days


def test_a_failed_payment_says_why_until_a_later_one_comes():
    failed = Outcomes(failed=outcome(10))
    assert card_of(an_invoice(), outcomes=failed).trouble == "Your card was declined."
    later = Outcomes(failed=outcome(10), processing=outcome(5, ""))
    assert card_of(an_invoice(), outcomes=later).trouble == ""
    earlier = Outcomes(failed=outcome(10), recorded=outcome(15, ""))
    assert card_of(an_invoice(), outcomes=earlier).trouble == "Your card was declined."


def test_a_returned_bank_payment_says_why_the_invoice_is_due_again():
    returned = Outcomes(recorded=outcome(60, ""), returned=outcome(5, "The account was closed."))
    card = card_of(an_invoice(), outcomes=returned)
    assert (card.kind, card.trouble) == ("due", "The account was closed.")


def test_an_attempt_that_ended_without_a_reason_still_says_that_nothing_was_charged():
    assert card_of(an_invoice(), at=attempt("expired")).trouble == "not_charged"
    assert card_of(an_invoice(), at=attempt("awaiting_payer")).unfinished


def test_an_attempt_whose_payment_is_recorded_confirms_nothing_more():
    part = an_invoice(paid_cents=20000, payments=[a_payment(payment_id="attempt-k1")])
    assert card_of(part, at=attempt()).kind == "due"


@pytest.mark.parametrize(
    ("invoice", "allowed", "offered"),
    [
        (an_invoice(), True, True),
        (an_invoice(), False, False),
        (an_invoice(gate="until_published"), True, False),
        (an_invoice(status="deferred", deferral=DEFERRAL), True, False),
        (paid(an_invoice()), True, False),
        (a_third_party_invoice(), True, False),
    ],
)
def test_paying_at_closing_is_offered_to_the_client_alone_while_something_is_due(
    invoice, allowed, offered
):
    card = card_of(invoice, policy={"allow_deferred_payment": allowed})
    assert card.may_defer is offered
