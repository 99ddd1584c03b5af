"""Mails to account customers: one per payment, a link of their own, an answer that comes back."""

import pytest

from services.notifications.domain.mail import MailState
from tests.support import notifications_accounts as accounts
from tests.support import notifications_events as told
from tests.support.notifications_accounts import NORA
from tests.support.notifications_fakes import Bench


@pytest.fixture
async def bench():
    bench = Bench()
    await bench.hear(told.company_changed(), accounts.account_changed())
    return bench


async def test_a_sign_in_link_is_minted_for_that_person_and_mailed(bench):
    await bench.hear(accounts.sign_in())
    await bench.send_due()

    [sent] = bench.post.to(NORA.email)
    assert "https://doorstep.example/account/in/token-1" in sent.text
    assert "Sign in to Northwind Property Management" in sent.subject
    [minted] = bench.links.minted
    assert (minted["scope"], minted["about"]) == (
        "account",
        {"account_id": accounts.ACCOUNT, "contact_id": "nora"},
    )
    [kept] = bench.desk.mails.letters.values()
    assert "token-1" not in kept.html + kept.text


async def test_a_sign_in_mail_that_is_an_hour_late_is_not_sent(bench):
    await bench.hear(accounts.sign_in())
    bench.later(minutes=61)
    [mail] = await bench.send_due()

    assert (mail.state, mail.reason) == (MailState.SKIPPED, "too_late")
    assert bench.links.minted == []


async def test_somebody_who_has_left_the_account_gets_no_link(bench):
    await bench.hear(accounts.sign_in(), accounts.account_changed(people=(), revision=2))
    await bench.send_due()

    assert bench.links.minted == []
    [sent] = bench.post.to(NORA.email)
    assert "/account/in/" not in sent.text


async def test_a_payment_over_many_invoices_has_one_receipt_and_one_alert(bench):
    parts = [
        told.recorded(payment_id=f"p-{n}", invoice_id=f"i-{n}", account_payment_id="ap-1")
        for n in (1, 2)
    ]
    await bench.hear(told.scheduled(), replayed=True)
    await bench.hear(*parts, accounts.account_paid(), accounts.account_paid(revision=2))
    await bench.send_due()

    [sent] = bench.post.sent
    assert sent.to_address == NORA.email
    assert "Receipt R-9 for $300.00" in sent.subject
    for row in ("Invoice HP-1: $100.00", "Invoice HP-2: $150.00", "Prepayment: $50.00"):
        assert row in sent.text
    assert [alert.kind for alert in bench.alerts] == ["account_payment_recorded"]


def refunded_parts(*statuses):
    """What of a refund each invoice's own event tells."""
    return [
        told.refunded(
            refund_id=f"re-1.{n}",
            payment_id=f"ap-1-{n}",
            invoice_id=f"i-{n}",
            status=status,
            account_payment_id="ap-1",
            account_refund_id="re-1",
        )
        for status in statuses
        for n in (1, 2)
    ]


async def test_a_refund_over_many_invoices_is_one_mail_with_each_of_them_and_one_alert(bench):
    await bench.hear(told.scheduled(), replayed=True)
    await bench.hear(
        *refunded_parts("pending", "succeeded"),
        accounts.account_refunded("pending"),
        accounts.account_refunded(),
    )
    await bench.send_due()

    [sent] = bench.post.sent
    assert sent.to_address == NORA.email
    assert sent.subject == "Your refund of $200.00"
    for row in ("Invoice HP-1: $30.00", "Invoice HP-2: $120.00", "Prepayment: $50.00"):
        assert row in sent.text
    assert "/account/in/token-" in sent.text
    [alert] = bench.alerts
    assert (alert.kind, alert.level) == ("account_payment_refunded", "info")
    assert alert.text == "Northwind Property Management was refunded $200.00"
    assert alert.detail == ("Visa ending 4242, the prepayment and invoices HP-1, HP-2. Not done")


async def test_two_refunds_of_one_payment_are_two_mails(bench):
    await bench.hear(
        accounts.account_refunded(),
        accounts.account_refunded(refund_id="re-2", amount_cents=100, prepayment_cents=100),
    )

    assert len({mail.mail_id for mail in bench.mails}) == 2
    assert len(bench.alerts) == 2


async def test_where_nobody_said_what_a_refund_is_for_staff_are_asked_to_look(bench):
    event = accounts.account_refunded(
        prepayment_cents=0, amount_cents=15000, requested_by=None, placed_by_rule=True
    )
    await bench.hear(*refunded_parts("pending", "succeeded"), event, event)

    [alert] = bench.alerts
    assert alert.waiting
    assert alert.text == (
        "Refund of $150.00 made at the processor was put on invoices HP-1, HP-2: check"
    )
    assert "Visa ending 4242, receipt R-9" in alert.detail
    assert alert.href == f"/staff/billing/accounts/{accounts.ACCOUNT}#payment-ap-1"
    assert [str(mail.kind) for mail in bench.mails] == ["refund"]


async def test_of_two_hundred_invoices_an_alert_names_a_few_and_the_mail_adds_up_the_rest(bench):
    parts = [
        {"invoice_id": f"i-{n}", "invoice_number": f"HP-{n}", "amount_cents": 100}
        for n in range(1, 201)
    ]
    changes = {"allocations": parts, "amount_cents": 20_000, "prepayment_cents": 0}
    await bench.hear(accounts.account_refunded(requested_by=None, placed_by_rule=True, **changes))
    await bench.send_due()

    assert "was put on invoices HP-1, HP-2, HP-3 and 197 more: check" in bench.alerts[0].text
    assert "180 more invoices: $180.00" in bench.post.sent[0].text


async def test_a_refund_that_fails_is_told_to_staff_only(bench):
    await bench.hear(*refunded_parts("pending", "failed"), accounts.account_refunded("failed"))

    assert bench.mails == []
    [alert] = bench.alerts
    assert alert.waiting
    assert alert.text == "Refund of $200.00 to Northwind Property Management failed"


async def test_a_refund_whose_whole_nobody_tells_is_told_invoice_by_invoice(bench):
    """An earlier release of billing knows no whole."""
    await bench.hear(told.refunded(account_payment_id="ap-1"))

    assert [str(mail.kind) for mail in bench.mails] == ["refund"]
    assert [alert.kind for alert in bench.alerts] == ["payment_refunded"]


@pytest.mark.parametrize(
    ("changes", "mailed"),
    [
        ({"status": "failed", "origin": "customer", "method": "card"}, []),
        ({"status": "failed", "origin": "charge_run", "method": "card"}, ["payment_failed"]),
        ({"status": "failed", "method": "us_bank_account"}, ["payment_failed"]),
        ({"status": "returned", "method": "us_bank_account"}, ["payment_returned"]),
        ({"status": "processing", "method": "us_bank_account"}, ["payment_processing"]),
    ],
)
async def test_a_payment_that_does_not_go_through_is_told_with_a_link_to_pay(
    bench, changes, mailed
):
    await bench.hear(accounts.account_paid(reason="insufficient funds", **changes))
    await bench.send_due()

    assert [str(mail.kind) for mail in bench.mails] == mailed
    assert all("/account/in/token-" in sent.text for sent in bench.post.sent)


async def test_an_answer_to_a_ticket_goes_out_as_written_and_its_answer_comes_back(bench):
    text = "The code is {{ total }}.\n\nCall first <b>please</b>."
    await bench.hear(accounts.ticket_reply(text), accounts.ticket_reply(text))
    await bench.send_due()

    [sent] = bench.post.to(NORA.email)
    assert sent.reply_to == "ticket+abc@mail.example"
    assert sent.subject == "[T-12] Gate code"
    assert "The code is {{ total }}." in sent.text
    assert "<b>please</b>" not in sent.html


async def test_autopay_and_a_removed_method_are_confirmed_to_the_first_person(bench):
    await bench.hear(
        accounts.autopay(),
        accounts.autopay(enrolled=False, autopay_revision=2),
        accounts.method(removed=False),
        accounts.method(),
    )
    await bench.send_due()

    assert [str(mail.kind) for mail in bench.mails] == [
        "autopay_on",
        "autopay_off",
        "method_removed",
    ]
    assert {sent.to_address for sent in bench.post.sent} == {NORA.email}


async def test_on_trial_no_mail_leaves_to_an_account(bench):
    await bench.hear(told.company_changed(trial=True, revision=2))
    await bench.hear(accounts.sign_in(), accounts.account_paid(), accounts.ticket_reply())

    assert {mail.reason for mail in bench.mails} == {"trial_account"}
    assert bench.links.minted == []
