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
